(** Terms of a sum as coefficients and monomials: what a sum is a combination of.
    Nothing here is trusted: what a tactic finds is checked by Coq. *)
From Bnsym Require Export Signs.

Ltac times a b :=
  lazymatch a with
  | 0 => a
  | 1 => b
  | sqrt ?x => lazymatch b with 0 => b | 1 => a | sqrt x => x | _ => constr:(a * b) end
  | _ => lazymatch b with 0 => b | 1 => a | _ => constr:(a * b) end
  end.

(** Lists of pairs (coefficient, monomial): both sums, negative, products. *)
Ltac joined l r := lazymatch l with nil => r | cons ?h ?t => let t' := joined t r in constr:(cons h t') end.

Ltac negated l :=
  lazymatch l with nil => l | cons (?c, ?f) ?t => let t' := negated t in constr:(cons (- c, f) t') end.

Ltac scaled c f l :=
  lazymatch l with
  | nil => l
  | cons (?d, ?g) ?t =>
      let cd := times c d in let fg := times f g in
      let t' := scaled c f t in
      lazymatch cd with 0 => t' | _ => constr:(cons (cd, fg) t') end
  end.

Ltac product l r :=
  lazymatch l with
  | nil => l
  | cons (?c, ?f) ?t => let a := scaled c f r in let b := product t r in joined a b
  end.

(** The pairs of the term t, whose index is j. *)
Ltac pairs j t :=
  lazymatch t with
  | context [j] =>
      lazymatch t with
      | ?a + ?b => let la := pairs j a in let lb := pairs j b in joined la lb
      | ?a - ?b => let la := pairs j a in let lb := pairs j b in
                   let lc := negated lb in joined la lc
      | - ?a => let la := pairs j a in negated la
      | ?a * ?b => let la := pairs j a in let lb := pairs j b in product la lb
      | ?a / ?b =>
          let la := pairs j a in
          lazymatch b with
          | context [j] => let lb := below j b in product la lb
          | _ => scaled (/ b) 1 la
          end
      | / ?b => below j b
      | sqrt ?a ^ 2 => pairs j a
      | ?a ^ 1 => pairs j a
      | ?a ^ (S (S ?n)) => let la := pairs j a in let lb := pairs j (a ^ (S n)) in product la lb
      | Sum ?k ?h => let l := sum_pairs k h in inner j k l
      | _ => constr:(cons (1, t) (@nil (R * R)))
      end
  | _ => constr:(cons (t, 1) (@nil (R * R)))
  end
(** The pairs of / b: what does not hold j leaves. *)
with below j b :=
  lazymatch b with
  | ?u * ?v => let lu := below j u in let lv := below j v in product lu lv
  | context [j] => constr:(cons (1, / b) (@nil (R * R)))
  | _ => constr:(cons (/ b, 1) (@nil (R * R)))
  end
(** A sum over k inside a term of index j: its own pairs, sifted where a delta is there. *)
with inner j k l :=
  lazymatch l with
  | nil => constr:(@nil (R * R))
  | cons (?c, ?f) ?t =>
      let s := inner_sum k f in
      let ls := lazymatch s with
                | Sum _ _ => lazymatch s with
                             | context [j] => constr:(cons (1, s) (@nil (R * R)))
                             | _ => constr:(cons (s, 1) (@nil (R * R)))
                             end
                | _ => pairs j s
                end in
      let lc := pairs j c in
      let a := product lc ls in
      let b := inner j k t in joined a b
  end
with inner_sum k f :=
  lazymatch f with
  | fun _ => ?c => lazymatch c with 1 => constr:(INR k) | _ => constr:(INR k * c) end
  | _ =>
      match f with
      | fun i => @?g i =>
          let p := sifted_at f in
          let v := eval cbn beta in (f p) in
          let v' := without_delta p v in v'
      | _ => constr:(Sum k f)
      end
  end
(** The p of a factor delta p i (or delta i p) of f i. *)
with sifted_at f :=
  match f with
  | fun i => delta ?p i => p
  | fun i => delta i ?p => p
  | fun i => @?a i * _ => sifted_at a
  | fun i => _ * @?b i => sifted_at b
  end
with without_delta p v :=
  lazymatch v with
  | delta p p => constr:(1)
  | ?a * ?b => let a' := without_delta p a in let b' := without_delta p b in times a' b'
  | _ => v
  end
with sum_pairs k h :=
  let i := fresh "i" in
  let both := constr:(fun i : nat => ltac:(
     let b := eval cbn beta in (h i) in let l := pairs i b in exact l)) in
  apart both
(** fun i => [(c1, f1 i); ...] as [(c1, fun i => f1 i); ...]. *)
with apart both :=
  lazymatch both with
  | fun i => nil => constr:(@nil (R * (nat -> R)))
  | fun i => cons (?c, @?f i) (@?t i) => let r := apart t in constr:(cons (c, f) r)
  end.

Ltac as_combination l :=
  lazymatch l with
  | nil => constr:(none)
  | cons (?c, ?f) ?t => let r := as_combination t in constr:(plus_times c f r)
  end.
