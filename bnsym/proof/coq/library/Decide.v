(** The tactics that exported theorems call: bn_eq, bn_derive, bn_order, bn_induct.
    Nothing here is trusted: what a tactic finds is checked by Coq. *)
From Bnsym Require Export Signs.

(** * Terms of a sum as coefficients and monomials *)

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

(** * Every sum of the goal in normal form *)

(** 0 where a delta is 0, under sums too. *)
Ltac zero :=
  unfold Rdiv;
  first
  [ ring
  | repeat match goal with
    | |- context [Sum ?m ?h] => rewrite (Sum_zero m h) by (intros; cbn beta; zero)
    end; ring ].
Ltac vanishes :=
  intros; cbn beta; rewrite ?delta_other by (assumption || (apply not_eq_sym; assumption)); zero.

(** The p of some delta p j in the term of the sum. *)
Ltac some_delta h :=
  let j := fresh "j" in
  let P := constr:(fun j : nat => ltac:(
    let b := eval cbn beta in (h j) in
    match b with context [delta ?p j] => exact p | context [delta j ?p] => exact p end)) in
  lazymatch P with fun _ => ?p => p end.
Ltac sift m h :=
  let p := some_delta h in
  rewrite (Sum_sift m p h); [ cbn beta; rewrite ?(delta_same p) | given | vanishes ].

Inductive Exchanging : Prop := exchanging.

(** A sum of one monomial: sifted, or named; equal sums get one name. *)
Ltac named m h :=
  first
  [ match goal with
    | E : ?V = Sum m ?h' |- _ =>
        is_var V;
        replace (Sum m h) with V
          by (rewrite E; apply Sum_ext; intros; alike)
    end
  | exchanged m h
  | let V := fresh "V" in let E := fresh "E" in remember (Sum m h) as V eqn:E in |- * ]
with alike :=
  first
  [ reflexivity
  | ring
  | lazymatch goal with
    | |- context [Rinv] => idtac
    | |- context [Rdiv] => idtac
    | |- context [sqrt] => idtac
    end; roots; field; nonzero ]
(** sum_j c(j) * sum_i f(i, j) is a sum over i that has a name.  No exchange within an exchange. *)
with exchanged m h :=
  lazymatch goal with _ : Exchanging |- _ => fail | _ => idtac end;
  let j := fresh "j" in
  let both := constr:(fun j : nat => ltac:(
    let b := eval cbn beta in (h j) in
    match b with context C [Sum ?k ?f] =>
      let c := context C [1] in exact (k, c, f) end)) in
  lazymatch both with
  | fun j => (?k, @?c j, @?f j) =>
      match goal with
      | E : ?V = Sum k ?g |- _ =>
          is_var V;
          replace (Sum m h) with V
            by (pose proof exchanging; rewrite E; symmetry; apply (Sum_exchange m k h c f);
                [ intros; cbn beta; ring | intros; cbn beta; normal; ring ])
      end
  end
with sum_step m h :=
  lazymatch m with
  | 1%nat => rewrite (Sum_one h)
  | _ =>
    lazymatch h with
    | (fun _ => ?c) => rewrite (Sum_const m c)
    | context [delta _ _] => first [ sift m h | decomposed m h ]
    | _ => decomposed m h
    end
  end
with decomposed m h :=
    lazymatch h with
    | context [Sum ?m' ?h'] => sum_step m' h'      (* closed sums inside come first *)
    | _ =>
        let l := sum_pairs m h in
        lazymatch l with
        | cons (1, ?f) nil => first [ constr_eq f h; named m h | expanded m h l ]
        | _ => expanded m h l
        end
    end
with expanded m h l :=
  let c := as_combination l in
  rewrite (Sum_linear m c h);
  [ cbn [sum_of]
  | let j := fresh "j" in let Hj := fresh "Hj" in
    intros j Hj; cbn [term_of]; same ]
with normal := repeat (roots; match goal with |- context [Sum ?m ?h] => sum_step m h end); roots
with same := solve [ ring | roots; solve [ squares; ring | normal; solve [ ring | field; nonzero ] ] ]
(** Radicands back to squares. *)
with squares := repeat match goal with Q : ?s ^ 2 = ?X |- context [?X] => rewrite <- Q end
(** Each closed root gets a name s with 0 < s and s^2 = radicand; equal roots get one name. *)
with roots :=
  repeat match goal with
  | |- context [sqrt ?A] =>
      first
      [ match goal with
        | E : ?s = sqrt ?B |- _ =>
            is_var s; replace (sqrt A) with s
              by (rewrite E; f_equal; normal; solve [ ring | field; nonzero ])
        | E : ?s = sqrt ?B, P : 0 < ?a |- _ =>
            is_var s; is_var a;
            lazymatch goal with _ : a = _ |- _ => fail | _ => idtac end;
            first
            [ lazymatch A with context [a] => idtac end;
              replace (sqrt A) with (a * s)
                by (symmetry; apply (sqrt_scaled a s A B);
                    [ pos | pos | exact E | normal; solve [ ring | field; nonzero ] ])
            | lazymatch B with context [a] => idtac end;
              replace (sqrt A) with (s / a)
                by (symmetry; apply (sqrt_unscaled a s A B);
                    [ exact P | pos | exact E | normal; solve [ ring | field; nonzero ] ]) ]
        end
      | let s := fresh "s" in let E := fresh "E" in
        let P := fresh "P" in let Q := fresh "Q" in
        first [ assert (P : 0 < sqrt A) by (apply sqrt_lt_R0; pos) | pose proof (sqrt_pos A) as P ];
        assert (Q : sqrt A ^ 2 = A) by (apply sqrt_square; pos);
        remember (sqrt A) as s eqn:E in * ]
  end.

(** * Roots and denominators away *)

(** From s^2 = B + e (or d = B + e) with a variable e: e goes. *)
Ltac solve_for H L e B :=
  is_var e;
  let E := fresh "E" in
  assert (E : e = L - B) by (rewrite H; ring);
  rewrite E; clear H E.
Ltac without_epsilon :=
  repeat match goal with
  | H : ?s ^ 2 = ?B + ?e |- _ => is_var s; solve_for H (s ^ 2) e B
  | H : ?s ^ 2 = ?e + ?B |- _ => is_var s; solve_for H (s ^ 2) e B
  | H : ?d = ?B + ?e |- _ => is_var d; solve_for H d e B
  | H : ?d = ?e + ?B |- _ => is_var d; solve_for H d e B
  end.

(** From s^2 = X / D, X of degree one in a sum V: V goes. *)
Ltac solve_for_sum H X V :=
  let F := eval pattern V in X in
  lazymatch F with
  | ?f _ =>
      let rest := eval cbn beta in (f 0) in
      lazymatch type of H with
      | ?left = _ =>
          let K := fresh "K" in
          assert (K : V = left - rest) by (rewrite H; ring);
          rewrite K; clear H K
      end
  end.
Ltac without_sums :=
  repeat match goal with
  | Q : ?s ^ 2 = ?X / ?D |- _ =>
      is_var s;
      let H := fresh "H" in
      assert (H : s ^ 2 * D = X) by (rewrite Q; field; nonzero);
      clear Q; revert H; normal; intro H;
      lazymatch type of H with
      | _ = ?Y => match goal with E : ?V = Sum _ _ |- _ => solve_for_sum H Y V end
      end
  end.

(** Each denominator that holds sums gets a name d with 0 < d, or is s^2. *)
Ltac denominator D :=
  lazymatch D with context [Sum _ _] => idtac end;
  first
  [ match goal with
    | H : ?s ^ 2 = ?B |- _ => is_var s; replace D with (s ^ 2) by (rewrite H; normal; solve [ ring | field; nonzero ])
    | E : ?d = ?B |- _ =>
        is_var d; lazymatch B with Sum _ _ => fail | sqrt _ => fail | context [Sum _ _] => idtac end;
        replace D with d by (rewrite E; normal; solve [ ring | field; nonzero ])
    end
  | let d := fresh "d" in let E := fresh "E" in let P := fresh "P" in
    assert (P : 0 < D) by pos;
    remember D as d eqn:E in * ].
Ltac denominators :=
  repeat match goal with
  | |- context [_ / ?D] => denominator D
  | |- context [/ ?D] => denominator D
  end.

(** * What theorems call *)

Ltac finish := normal; solve [ ring | field; nonzero ].

Ltac cases_of_deltas :=
  rewrite ?delta_same;
  repeat match goal with
  | |- context [delta ?a ?b] =>
      is_var a; is_var b;
      destruct (Nat.eq_dec a b);
      [ subst; rewrite ?delta_same | rewrite ?(delta_other a b) by assumption;
                                     rewrite ?(delta_other b a) by (apply not_eq_sym; assumption) ]
  end.

Ltac close :=
  cases_of_deltas; roots;
  first [ finish
        | without_epsilon; finish
        | denominators; finish
        | denominators; without_epsilon; finish
        | without_sums; finish ].

(** An equation of terms with sums. *)
Ltac bn_eq := intros; rewrite ?plus_INR, ?mult_INR; close.

(** One rule for each kind of term. *)
Ltac dual_step :=
  match goal with
  | |- Dual (fun _ => ?c) _ _ _ => exact (dual_const c _)
  | |- Dual (fun u => u) _ _ _ => exact (dual_self _)
  | |- Dual (fun u => put1 ?x ?p u ?i) _ _ _ => exact (dual_put1 x p i)
  | |- Dual (fun u => put2 ?x ?p ?q u ?i ?j) _ _ _ => exact (dual_put2 x p q i j)
  | |- Dual (fun u => Sum ?m (@?f u)) _ _ _ =>
      apply (dual_Sum m f); let j := fresh "j" in let Hj := fresh "Hj" in intros j Hj; cbn beta
  | |- Dual (fun u => ?c + @?f u) _ _ _ => eapply (dual_after c f)
  | |- Dual (fun u => @?f u + ?c) _ _ _ => eapply (dual_before c f)
  | |- Dual (fun u => @?f u + @?g u) _ _ _ => eapply (dual_plus f g)
  | |- Dual (fun u => @?f u - @?g u) _ _ _ => eapply (dual_minus f g)
  | |- Dual (fun u => - @?f u) _ _ _ => eapply (dual_opp f)
  | |- Dual (fun u => ?c * @?f u) _ _ _ => eapply (dual_scaled c f)
  | |- Dual (fun u => @?f u * ?c) _ _ _ => eapply (dual_times c f)
  | |- Dual (fun u => @?f u * @?g u) _ _ _ => eapply (dual_mult f g)
  | |- Dual (fun u => @?f u / ?c) _ _ _ => eapply (dual_over c f)
  | |- Dual (fun u => @?f u / @?g u) _ _ _ => eapply (dual_div f g)
  | |- Dual (fun u => / @?f u) _ _ _ => eapply (dual_inv f)
  | |- Dual (fun u => @?f u ^ ?n) _ _ _ => eapply (dual_pow f n)
  | |- Dual (fun u => sqrt (@?f u)) _ _ _ => eapply (dual_sqrt f)
  end.

Ltac dual := cbv beta; repeat dual_step; solve [ nonzero | pos ].
Ltac plain := unfold is_partial1, is_partial2, has_partial0, has_partial1, has_partial2,
                     Partial0, Partial1, Partial2 in *.

(** is_derive and is_partial. *)
Ltac bn_derive := intros; plain; eapply derive_by; [ dual | cbn beta; cbn [pred INR]; bn_eq ].

(** has_partial. *)
Ltac bn_exists := intros; plain; eapply exists_by; dual.

(** Derivatives that stand inside a statement are worked out, under sums too. *)
Ltac work_out_here :=
  repeat match goal with
  | |- context [Derive ?f ?t] =>
      let H := fresh "H" in
      eassert (H : Derive f t = _) by (eapply value_by; dual);
      cbn beta in H; cbn [pred INR] in H; rewrite H; clear H
  end.
Ltac work_out :=
  plain; work_out_here;
  repeat match goal with
  | |- context [Sum ?m ?h] =>
      lazymatch h with context [Derive _ _] => idtac end;
      let g := fresh "g" in let H := fresh "H" in
      evar (g : nat -> R);
      assert (H : Sum m h = Sum m g) by (apply Sum_ext; intros; cbn beta; work_out_here; subst g; reflexivity);
      rewrite H; clear H; subst g; cbn beta
  end.

(** 0 rel e or e rel 0, by signs. *)
Ltac bn_order := intros; first [ apply Rle_ge | apply Rlt_gt | idtac ]; pos.

(** Induction over T from 1. *)
Ltac powers :=
  repeat match goal with
  | |- context [Sum ?T ?h] =>
      lazymatch h with context [(S T - _)%nat] => idtac end;
      let t := fresh "t" in
      let g := constr:(fun t : nat => ltac:(
         let b := eval cbn beta in (h t) in
         lazymatch b with context C [?q ^ (S T - t)] =>
           let r := context C [q * q ^ (T - t)] in exact r end)) in
      rewrite (Sum_ext T h g) by (intros; cbn beta; rewrite power_step by assumption; reflexivity)
  end.

(** The goal is k times the equation IH: for k = 1, or a scalar. *)
Ltac multiple IH :=
  lazymatch type of IH with ?l = ?r =>
    first [ by_multiple IH l r 1 | match goal with k : R |- _ => by_multiple IH l r k end ]
  end
with by_multiple IH l r k :=
  apply Rminus_diag_uniq;
  match goal with |- ?e = 0 => replace e with (k * (l - r)) by bn_eq end;
  rewrite IH; ring.

Ltac induction_step unrolled :=
  let T := fresh "T" in let H := fresh "H" in let IH := fresh "IH" in
  intros T H IH; unrolled; rewrite ?Nat.sub_diag; powers; cbn [pow];
  pose proof (size_pos _ H); rewrite ?S_INR;
  first [ rewrite IH; bn_eq | multiple IH ].
Ltac bn_induct T unrolled :=
  match goal with H : (1 <= T)%nat |- _ => revert T H end;
  apply from_one; [ unrolled; cbn [Nat.sub pow]; bn_eq | induction_step unrolled ].

(** An equation with an equation proved before, read from left to right or from right to left. *)
Ltac bn_using F := first [ rewrite F | rewrite <- F in *; clear F ].
