(** Finite sums over 1 .. m, and Kronecker's delta. *)
From Coq Require Export Reals Lra Lia Arith FunctionalExtensionality.
From Coquelicot Require Export Coquelicot.
Open Scope R_scope.

(** The sum of f 1, ..., f m; 0 for m = 0. *)
Fixpoint Sum (m : nat) (f : nat -> R) : R :=
  match m with
  | O => 0
  | S k => Sum k f + f (S k)
  end.

Lemma Sum_ext m f g : (forall j, (1 <= j <= m)%nat -> f j = g j) -> Sum m f = Sum m g.
Proof.
  induction m as [|m IH]; intros H; cbn [Sum]; [reflexivity|].
  rewrite (H (S m)) by lia. rewrite IH; [reflexivity | intros; apply H; lia].
Qed.

Lemma Sum_plus m f g : Sum m (fun j => f j + g j) = Sum m f + Sum m g.
Proof. induction m as [|m IH]; cbn [Sum]; [lra | rewrite IH; lra]. Qed.

Lemma Sum_scal m c f : Sum m (fun j => c * f j) = c * Sum m f.
Proof. induction m as [|m IH]; cbn [Sum]; [lra | rewrite IH; lra]. Qed.

Lemma Sum_const m c : Sum m (fun _ => c) = INR m * c.
Proof. induction m as [|m IH]; [simpl; lra | cbn [Sum]; rewrite IH, S_INR; lra]. Qed.

Lemma Sum_zero m f : (forall j, (1 <= j <= m)%nat -> f j = 0) -> Sum m f = 0.
Proof. intros H. rewrite (Sum_ext m f (fun _ => 0) H), Sum_const; ring. Qed.

Lemma Sum_one f : Sum 1 f = f 1%nat.
Proof. cbn [Sum]; ring. Qed.

Lemma Sum_swap m n f :
  Sum m (fun i => Sum n (fun j => f i j)) = Sum n (fun j => Sum m (fun i => f i j)).
Proof.
  induction m as [|m IH]; cbn [Sum].
  - symmetry; apply Sum_zero; reflexivity.
  - rewrite IH, <- Sum_plus; reflexivity.
Qed.

(** EXCHANGE.  sum_j c(j) * sum_i f(j, i) = sum_i g(i) where sum_j c(j) * f(j, i) = g(i). *)
Lemma Sum_exchange m k h c (f : nat -> nat -> R) g :
  (forall j, h j = c j * Sum k (f j)) ->
  (forall i, (1 <= i <= k)%nat -> Sum m (fun j => c j * f j i) = g i) ->
  Sum m h = Sum k g.
Proof.
  intros Hh Hg. rewrite <- (Sum_ext k _ g Hg), Sum_swap.
  apply Sum_ext; intros j _. rewrite Hh, Sum_scal. reflexivity.
Qed.

Lemma Sum_nonneg m f : (forall j, (1 <= j <= m)%nat -> 0 <= f j) -> 0 <= Sum m f.
Proof.
  induction m as [|m IH]; cbn [Sum]; intros H; [lra|].
  apply Rplus_le_le_0_compat; [apply IH; intros; apply H; lia | apply H; lia].
Qed.

Lemma Sum_pos m f : (1 <= m)%nat -> (forall j, (1 <= j <= m)%nat -> 0 < f j) -> 0 < Sum m f.
Proof.
  destruct m as [|m]; [lia|]; intros _ H; cbn [Sum].
  apply Rplus_le_lt_0_compat; [apply Sum_nonneg; intros; apply Rlt_le, H; lia | apply H; lia].
Qed.

Lemma Sum_split m n f : Sum (m + n) f = Sum m f + Sum n (fun j => f (m + j)%nat).
Proof.
  induction n as [|n IH]; cbn [Sum]; [rewrite Nat.add_0_r; lra|].
  rewrite <- plus_n_Sm; cbn [Sum]; rewrite IH; lra.
Qed.

(** The sum of f low, ..., f high; 0 for high = low - 1. *)
Definition Sum_from (low high : nat) (f : nat -> R) : R :=
  Sum (high + 1 - low) (fun i => f (low + i - 1)%nat).

(** Ranges that are not 1 .. m by those that are, as functions: so they are rewritten under sums too. *)
Lemma Sum_less m k : (S k <= m)%nat -> Sum (m - S k) = fun f => Sum (m - k) f - f (m - k)%nat.
Proof.
  intros H; apply functional_extensionality; intros f.
  replace (m - k)%nat with (S (m - S k)) by lia. cbn [Sum]; ring.
Qed.

Lemma Sum_joined m n : Sum (m + n) = fun f => Sum m f + Sum n (fun j => f (j + m)%nat).
Proof.
  apply functional_extensionality; intros f; rewrite Sum_split; f_equal.
  apply Sum_ext; intros j _; f_equal; lia.
Qed.

Lemma Sum_from_less k m : (k <= m)%nat -> Sum_from (S k) m = fun f => Sum m f - Sum k f.
Proof.
  intros H; apply functional_extensionality; intros f; unfold Sum_from.
  replace (m + 1 - S k)%nat with (m - k)%nat by lia.
  replace m with (k + (m - k))%nat at 2 by lia. rewrite Sum_split.
  rewrite (Sum_ext (m - k) (fun i => f (S k + i - 1)%nat) (fun j => f (k + j)%nat)); [ring|].
  intros j _; f_equal; lia.
Qed.

(** Kronecker's delta. *)
Definition delta (i j : nat) : R := if Nat.eq_dec i j then 1 else 0.

Lemma delta_same i : delta i i = 1.
Proof. unfold delta; destruct (Nat.eq_dec i i); [reflexivity | congruence]. Qed.

Lemma delta_other i j : i <> j -> delta i j = 0.
Proof. unfold delta; destruct (Nat.eq_dec i j); [congruence | reflexivity]. Qed.

(** SIFT.  A sum whose terms are 0 except at p is its term at p. *)
Lemma Sum_sift m p f : (1 <= p <= m)%nat -> (forall j, j <> p -> f j = 0) -> Sum m f = f p.
Proof.
  intros Hp H. induction m as [|m IH]; [lia|]. cbn [Sum].
  destruct (Nat.eq_dec p (S m)) as [->|].
  - rewrite Sum_zero by (intros; apply H; lia). ring.
  - rewrite IH, (H (S m)) by lia. ring.
Qed.

(** LINEARITY, by certificate: if each term is a combination of terms f with coefficients c that do not
    depend on the index, the sum is that combination of the sums of f. *)
Inductive combination : Type :=
  | none : combination
  | plus_times (c : R) (f : nat -> R) (rest : combination) : combination.

Fixpoint term_of (l : combination) (j : nat) : R :=
  match l with none => 0 | plus_times c f rest => c * f j + term_of rest j end.

Fixpoint sum_of (m : nat) (l : combination) : R :=
  match l with none => 0 | plus_times c f rest => c * Sum m f + sum_of m rest end.

Lemma Sum_linear m l f : (forall j, (1 <= j <= m)%nat -> f j = term_of l j) -> Sum m f = sum_of m l.
Proof.
  intros H; rewrite (Sum_ext m f _ H); clear H.
  induction l as [|c g l IH]; cbn [term_of sum_of].
  - apply Sum_zero; reflexivity.
  - rewrite <- IH, <- Sum_scal, <- Sum_plus; reflexivity.
Qed.

(** q^(T - t) for the steps of an induction over T. *)
Lemma power_step q T t : (1 <= t <= T)%nat -> q ^ (S T - t) = q * q ^ (T - t).
Proof. intros H. replace (S T - t)%nat with (S (T - t)) by lia. reflexivity. Qed.

(** INDUCTION from 1. *)
Lemma from_one (P : nat -> Prop) :
  P 1%nat -> (forall m, (1 <= m)%nat -> P m -> P (S m)) -> forall n, (1 <= n)%nat -> P n.
Proof.
  intros H1 H n. induction n as [|[|n] IH]; intros Hn; [lia | exact H1 | apply H; [lia | apply IH; lia]].
Qed.

(** What is 0 because a part is. *)
Lemma zero_times a b : a = 0 -> a * b = 0.
Proof. intros ->; apply Rmult_0_l. Qed.

Lemma times_zero a b : b = 0 -> a * b = 0.
Proof. intros ->; apply Rmult_0_r. Qed.

Lemma minus_zero a : a = 0 -> - a = 0.
Proof. intros ->; apply Ropp_0. Qed.

Lemma zero_plus_zero a b : a = 0 -> b = 0 -> a + b = 0.
Proof. intros -> ->; apply Rplus_0_l. Qed.

Lemma zero_minus_zero a b : a = 0 -> b = 0 -> a - b = 0.
Proof. intros -> ->; apply Rminus_0_r. Qed.
