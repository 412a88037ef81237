(** Signs: 0 < e and 0 <= e by the form of e, and e <> 0 for the needs of field. *)
From Bnsym Require Export Derivatives.

Lemma size_pos m : (1 <= m)%nat -> 0 < INR m.
Proof. intros; apply lt_0_INR; lia. Qed.

Lemma size_above_one m : (2 <= m)%nat -> 0 < INR m - 1.
Proof. intros H; apply (le_INR 2) in H; simpl in H; lra. Qed.

Lemma not_zero a : 0 < a -> a <> 0.
Proof. lra. Qed.

Lemma plus_pos_l a b : 0 < a -> 0 <= b -> 0 < a + b.
Proof. lra. Qed.

Lemma plus_pos_r a b : 0 <= a -> 0 < b -> 0 < a + b.
Proof. lra. Qed.

Lemma sqrt_square V : 0 <= V -> sqrt V ^ 2 = V.
Proof. intros H; simpl; rewrite Rmult_1_r; apply sqrt_sqrt; assumption. Qed.

Lemma sqrt_scaled a b A B : 0 <= a -> 0 <= B -> b = sqrt B -> A = a ^ 2 * B -> sqrt A = a * b.
Proof.
  intros Ha HB -> ->. rewrite sqrt_mult by (assumption || apply pow2_ge_0).
  rewrite sqrt_pow2 by assumption. reflexivity.
Qed.

Lemma sqrt_unscaled a b A B : 0 < a -> 0 <= A -> b = sqrt B -> B = a ^ 2 * A -> sqrt A = b / a.
Proof.
  intros Ha HA Hb HB. rewrite Hb, (sqrt_scaled a (sqrt A) B A) by (lra || reflexivity || assumption).
  field; lra.
Qed.

(** a = b and b rel c give a rel c. *)
Lemma first_equal (rel : R -> R -> Prop) b a c : a = b -> rel b c -> rel a c.
Proof. intros ->; exact (fun H => H). Qed.

(** What a hypothesis about every entry of an array says of one. *)
Ltac given :=
  first [ assumption
        | lia
        | match goal with H : forall _, _ |- _ => solve [ apply H; repeat split; given ] end ].

Ltac pos :=
  first
  [ assumption
  | lazymatch goal with
    | |- 0 < INR _ => apply size_pos; given
    | |- 0 <= INR _ => apply pos_INR
    | |- 0 < INR _ - 1 => apply size_above_one; given
    | |- 0 <= INR _ - 1 => apply Rlt_le, size_above_one; given
    | |- 0 < -1 + INR _ => rewrite Rplus_comm; apply size_above_one; given
    | |- 0 <= -1 + INR _ => rewrite Rplus_comm; apply Rlt_le, size_above_one; given
    | |- 0 < sqrt _ => apply sqrt_lt_R0; pos
    | |- 0 <= sqrt _ => apply sqrt_pos
    | |- 0 <= Sum _ _ => apply Sum_nonneg; intros; cbn beta; pos
    | |- 0 < Sum _ _ => apply Sum_pos; [given | intros; cbn beta; pos]
    | |- 0 <= _ ^ 2 => apply pow2_ge_0
    | |- 0 <= ?a * ?a => apply Rle_0_sqr
    | |- 0 < _ ^ _ => apply pow_lt; pos
    | |- 0 <= _ ^ _ => apply pow_le; pos
    | |- 0 < / _ => apply Rinv_0_lt_compat; pos
    | |- 0 <= / _ => apply Rlt_le, Rinv_0_lt_compat; pos
    | |- 0 < _ * _ => apply Rmult_lt_0_compat; pos
    | |- 0 <= _ * _ => apply Rmult_le_pos; pos
    | |- 0 < _ / _ => apply Rdiv_lt_0_compat; pos
    | |- 0 <= _ / _ => apply Rdiv_le_0_compat; pos
    | |- 0 < _ + _ => first [ apply plus_pos_l; pos | apply plus_pos_r; pos ]
    | |- 0 <= _ + _ => apply Rplus_le_le_0_compat; pos
    end
  | given
  | lra ].

(** A factor of a product that is not 0. *)
Ltac factor_of_nonzero :=
  match goal with
  | H : ?a * ?b <> 0 |- _ <> 0 =>
      let Z := fresh "Z" in
      intro Z; apply H;
      repeat match goal with E : ?V = Sum _ _ |- _ => is_var V; rewrite <- E end;
      first [ rewrite Z; ring | replace a with 0 by lra; ring | replace b with 0 by lra; ring ]
  end.

Ltac nonzero1 :=
  first [ assumption
        | apply Rmult_integral_contrapositive_currified; nonzero1
        | apply pow_nonzero; nonzero1
        | apply Rinv_neq_0_compat; nonzero1
        | apply not_zero; pos
        | lra
        | given
        | factor_of_nonzero
        | apply not_zero; nra ].

Ltac nonzero := repeat match goal with |- _ /\ _ => split end; nonzero1.
