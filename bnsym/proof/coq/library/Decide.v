(** The tactics that exported theorems call: bn_eq, bn_derive, bn_order, bn_induct.
    Nothing here is trusted: what a tactic finds is checked by Coq. *)
From Bnsym Require Export Normal.

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
    | H : ?s ^ 2 = ?B |- _ => is_var s; replace D with (s ^ 2) by (rewrite H; normal; finished)
    | E : ?d = ?B |- _ =>
        is_var d; lazymatch B with Sum _ _ => fail | sqrt _ => fail | context [Sum _ _] => idtac end;
        replace D with d by (rewrite E; normal; finished)
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

Ltac cases_of_deltas :=
  rewrite ?delta_same;
  repeat match goal with
  | |- context [delta ?a ?b] =>
      is_var a; is_var b;
      destruct (Nat.eq_dec a b);
      [ subst; rewrite ?delta_same | rewrite ?(delta_other a b) by assumption;
                                     rewrite ?(delta_other b a) by (apply not_eq_sym; assumption) ]
  end.

Ltac finish :=
  normal;
  first [ progress without_epsilon; normal; finished | finished | progress without_sums; normal; finished ].
Ltac close := cases_of_deltas; roots; denominators; finish.

(** Ranges by those from 1 to one size. *)
Ltac ranges :=
  repeat first
  [ match goal with |- context [Sum_from (S ?k) ?m] => rewrite (Sum_from_less k m) by lia end
  | match goal with |- context [Sum_from (?k + 1)%nat ?m] =>
      replace (k + 1)%nat with (S k) by lia; rewrite (Sum_from_less k m) by lia end
  | match goal with |- context [Sum (?m - S ?k)%nat] => rewrite (Sum_less m k), ?Nat.sub_0_r by lia end
  | match goal with |- context [Sum (?m + ?n)%nat] => rewrite (Sum_joined m n) end
  | match goal with |- context [Sum (S ?k)] => cbn [Sum] end ];
  cbn beta.

(** An equation of terms with sums. *)
Ltac bn_eq := intros; ranges; rewrite ?plus_INR, ?mult_INR; close.

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
