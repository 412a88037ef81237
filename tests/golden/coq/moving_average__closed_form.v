(** moving_average: closed_form
    Batch Normalization note, test time
    v[T] = v0*q**T + (-q + 1)*sum(q**(-t + T)*a[t], t=1..T) *)
From Bnsym Require Import Decide.
Open Scope R_scope.

Fixpoint d_v (v_a : nat -> R) (v_q : R) (v_v0 : R) (v_k : nat) {struct v_k} : R :=
  match v_k with
  | O => v_v0
  | S v_k => v_q * d_v v_a v_q v_v0 v_k + (-v_q + 1) * v_a (S v_k)%nat
  end.

Theorem moving_average__closed_form (v_T : nat) (v_a : nat -> R) (v_q : R) (v_v0 : R) :
  (1 <= v_T)%nat ->
  0 < v_q ->
  d_v v_a v_q v_v0 v_T
  = v_v0 * v_q ^ v_T + (-v_q + 1) * Sum v_T (fun i_t : nat => v_q ^ (v_T - i_t)%nat * v_a i_t).
Proof.
  intros.
  bn_induct v_T ltac:(cbn [Sum d_v]).
Qed.

Print Assumptions moving_average__closed_form.
