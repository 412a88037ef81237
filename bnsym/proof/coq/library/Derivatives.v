(** Derivatives: a function's value and its derivative together, one rule a kind of term. *)
From Bnsym Require Export Sums.

(** f t = v, and the derivative of f at t is d.  Carrying v keeps entries of a changed array apart. *)
Definition Dual (f : R -> R) (t v d : R) : Prop := f t = v /\ is_derive f t d.

Lemma dual_const c t : Dual (fun _ => c) t c 0.
Proof. split; [reflexivity | apply @is_derive_const]. Qed.

Lemma dual_self t : Dual (fun u => u) t t 1.
Proof. split; [reflexivity | apply @is_derive_id]. Qed.

Lemma dual_plus f g t v d w e :
  Dual f t v d -> Dual g t w e -> Dual (fun u => f u + g u) t (v + w) (d + e).
Proof. intros [<- H] [<- K]; split; [reflexivity | apply @is_derive_plus; assumption]. Qed.

Lemma dual_minus f g t v d w e :
  Dual f t v d -> Dual g t w e -> Dual (fun u => f u - g u) t (v - w) (d - e).
Proof. intros [<- H] [<- K]; split; [reflexivity | apply @is_derive_minus; assumption]. Qed.

Lemma dual_opp f t v d : Dual f t v d -> Dual (fun u => - f u) t (- v) (- d).
Proof. intros [<- H]; split; [reflexivity | apply @is_derive_opp; assumption]. Qed.

Lemma dual_mult f g t v d w e :
  Dual f t v d -> Dual g t w e -> Dual (fun u => f u * g u) t (v * w) (d * w + v * e).
Proof.
  intros [<- H] [<- K]; split; [reflexivity|].
  apply (is_derive_mult f g t d e H K); intros; apply Rmult_comm.
Qed.

(** Beside what is constant. *)
Lemma dual_after c f t v d : Dual f t v d -> Dual (fun u => c + f u) t (c + v) d.
Proof. intros H; rewrite <- (Rplus_0_l d); apply dual_plus; [apply dual_const | exact H]. Qed.

Lemma dual_before c f t v d : Dual f t v d -> Dual (fun u => f u + c) t (v + c) d.
Proof. intros H; rewrite <- (Rplus_0_r d); apply dual_plus; [exact H | apply dual_const]. Qed.

Lemma dual_scaled c f t v d : Dual f t v d -> Dual (fun u => c * f u) t (c * v) (c * d).
Proof.
  intros H; replace (c * d) with (0 * v + c * d) by ring; apply dual_mult; [apply dual_const | exact H].
Qed.

Lemma dual_times c f t v d : Dual f t v d -> Dual (fun u => f u * c) t (v * c) (d * c).
Proof.
  intros H; replace (d * c) with (d * c + v * 0) by ring; apply dual_mult; [exact H | apply dual_const].
Qed.

Lemma dual_over c f t v d : Dual f t v d -> Dual (fun u => f u / c) t (v / c) (d / c).
Proof. apply dual_times. Qed.

(** Needs v <> 0. *)
Lemma dual_inv f t v d : v <> 0 -> Dual f t v d -> Dual (fun u => / f u) t (/ v) (- d / v ^ 2).
Proof. intros Hv [<- H]; split; [reflexivity | apply is_derive_inv; assumption]. Qed.

(** Needs w <> 0. *)
Lemma dual_div f g t v d w e :
  w <> 0 -> Dual f t v d -> Dual g t w e -> Dual (fun u => f u / g u) t (v / w) ((d * w - v * e) / w ^ 2).
Proof. intros Hw [<- H] [<- K]; split; [reflexivity | apply is_derive_div; assumption]. Qed.

Lemma dual_pow f n t v d : Dual f t v d -> Dual (fun u => f u ^ n) t (v ^ n) (INR n * d * v ^ pred n).
Proof. intros [<- H]; split; [reflexivity | apply is_derive_pow; assumption]. Qed.

(** Needs v > 0: at 0 the root has no derivative. *)
Lemma dual_sqrt f t v d : 0 < v -> Dual f t v d -> Dual (fun u => sqrt (f u)) t (sqrt v) (d / (2 * sqrt v)).
Proof. intros Hv [<- H]; split; [reflexivity | apply is_derive_sqrt; assumption]. Qed.

Lemma dual_Sum m (f : R -> nat -> R) t v d :
  (forall j, (1 <= j <= m)%nat -> Dual (fun u => f u j) t (v j) (d j)) ->
  Dual (fun u => Sum m (f u)) t (Sum m (fun j => v j)) (Sum m (fun j => d j)).
Proof.
  induction m as [|m IH]; cbn [Sum]; intros H; [apply dual_const|].
  apply dual_plus; [apply IH; intros; apply H; lia | apply H; lia].
Qed.

(** Arrays with one entry changed. *)
Definition put1 (x : nat -> R) (p : nat) (t : R) (i : nat) : R := if Nat.eq_dec p i then t else x i.

Definition put2 (x : nat -> nat -> R) (p q : nat) (t : R) (i j : nat) : R :=
  if Nat.eq_dec p i then put1 (x i) q t j else x i j.

Lemma dual_put1 x p i : Dual (fun u => put1 x p u i) (x p) (x i) (delta p i).
Proof.
  unfold put1, delta; destruct (Nat.eq_dec p i) as [->|]; [apply dual_self | apply dual_const].
Qed.

Lemma dual_put2 x p q i j : Dual (fun u => put2 x p q u i j) (x p q) (x i j) (delta p i * delta q j).
Proof.
  unfold put2; destruct (Nat.eq_dec p i) as [->|].
  - rewrite delta_same, Rmult_1_l; apply (dual_put1 (x i)).
  - rewrite delta_other, Rmult_0_l by assumption; apply dual_const.
Qed.

(** The partial derivative of L at the array x by its entry p (by its entry p, q) is d. *)
Definition is_partial1 (L : (nat -> R) -> R) x p d : Prop := is_derive (fun t => L (put1 x p t)) (x p) d.

Definition is_partial2 (L : (nat -> nat -> R) -> R) x p q d : Prop :=
  is_derive (fun t => L (put2 x p q t)) (x p q) d.

(** The same as values, for statements that calculate with them; beside each stands that it exists. *)
Definition Partial0 (L : R -> R) (x : R) : R := Derive L x.
Definition Partial1 (L : (nat -> R) -> R) x p : R := Derive (fun t => L (put1 x p t)) (x p).
Definition Partial2 (L : (nat -> nat -> R) -> R) x p q : R := Derive (fun t => L (put2 x p q t)) (x p q).

Definition has_partial0 (L : R -> R) x : Prop := ex_derive L x.
Definition has_partial1 (L : (nat -> R) -> R) x p : Prop := ex_derive (fun t => L (put1 x p t)) (x p).
Definition has_partial2 (L : (nat -> nat -> R) -> R) x p q : Prop :=
  ex_derive (fun t => L (put2 x p q t)) (x p q).

(** From duals to derivatives. *)
Lemma derive_by f t v d d' : Dual f t v d -> d = d' -> is_derive f t d'.
Proof. intros [_ H] <-; exact H. Qed.

Lemma exists_by f t v d : Dual f t v d -> ex_derive f t.
Proof. intros [_ H]; exists d; exact H. Qed.

Lemma value_by f t v d : Dual f t v d -> Derive f t = d.
Proof. intros [_ H]; apply is_derive_unique, H. Qed.
