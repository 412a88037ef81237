(** Every sum of the goal as a combination of sums of monomials, equal sums and roots under one name. *)
From Bnsym Require Export Pairs.

(** 0 where a delta is 0, under sums too. *)
Ltac vanishing :=
  lazymatch goal with
  | |- 0 = 0 => reflexivity
  | |- delta _ _ = 0 => apply delta_other; first [ assumption | apply not_eq_sym; assumption ]
  | |- _ * _ = 0 => first [ apply zero_times; vanishing | apply times_zero; vanishing ]
  | |- _ / _ = 0 => apply zero_times; vanishing
  | |- - _ = 0 => apply minus_zero; vanishing
  | |- _ + _ = 0 => apply zero_plus_zero; vanishing
  | |- _ - _ = 0 => apply zero_minus_zero; vanishing
  | |- Sum _ _ = 0 => apply Sum_zero; intros; cbn beta; vanishing
  end.
Ltac vanishes := intros; cbn beta; vanishing.

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

Ltac finished := solve [ ring | field; nonzero ].

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
with same :=
  first
  [ solve [ ring ]
  | roots;
    first
    [ solve [ progress squares; ring ]
    | tryif progress normal then finished else solve [ field; nonzero ] ] ]
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
              by (rewrite E; f_equal; normal; finished)
        | E : ?s = sqrt ?B, P : 0 < ?a |- _ =>
            is_var s; is_var a;
            lazymatch goal with _ : a = _ |- _ => fail | _ => idtac end;
            first
            [ lazymatch A with context [a] => idtac end;
              replace (sqrt A) with (a * s)
                by (symmetry; apply (sqrt_scaled a s A B);
                    [ pos | pos | exact E | normal; finished ])
            | lazymatch B with context [a] => idtac end;
              replace (sqrt A) with (s / a)
                by (symmetry; apply (sqrt_unscaled a s A B);
                    [ exact P | pos | exact E | normal; finished ]) ]
        end
      | let s := fresh "s" in let E := fresh "E" in
        let P := fresh "P" in let Q := fresh "Q" in
        first [ assert (P : 0 < sqrt A) by (apply sqrt_lt_R0; pos) | pose proof (sqrt_pos A) as P ];
        assert (Q : sqrt A ^ 2 = A) by (apply sqrt_square; pos);
        remember (sqrt A) as s eqn:E in * ]
  end.
