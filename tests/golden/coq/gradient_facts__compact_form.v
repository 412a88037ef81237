(** gradient_facts: compact_form
    Ioffe & Szegedy 2015, section 3 (compact form)
    d(sum(g[i]*y[i], i=1..m))/d(x[p]) = dx[p] *)
From Bnsym Require Import Decide.
Open Scope R_scope.

Definition d_mu (v_m : nat) (v_x : nat -> R) : R :=
  Sum v_m (fun i_i : nat => v_x i_i) / INR v_m.

Definition d_var (v_m : nat) (v_x : nat -> R) : R :=
  Sum v_m (fun i_i : nat => (-d_mu v_m v_x + v_x i_i) ^ 2) / INR v_m.

Definition d_s (v_m : nat) (v_x : nat -> R) (v_epsilon : R) : R :=
  sqrt (d_var v_m v_x + v_epsilon).

Definition d_xhat (v_m : nat) (v_x : nat -> R) (v_epsilon : R) (i_i : nat) : R :=
  (-d_mu v_m v_x + v_x i_i) / d_s v_m v_x v_epsilon.

Definition d_y (v_m : nat) (v_x : nat -> R) (v_beta : R) (v_epsilon : R) (v_gamma : R) (i_i : nat) : R :=
  v_beta + v_gamma * d_xhat v_m v_x v_epsilon i_i.

Definition d_dx (v_m : nat) (v_g : nat -> R) (v_x : nat -> R) (v_epsilon : R) (v_gamma : R) (i_p : nat) : R :=
  v_gamma * (-Sum v_m (fun i_i : nat => v_g i_i) + v_g i_p * INR v_m - d_xhat v_m v_x v_epsilon i_p * Sum v_m (fun i_i : nat => v_g i_i * d_xhat v_m v_x v_epsilon i_i)) / (d_s v_m v_x v_epsilon * INR v_m).

Theorem gradient_facts__compact_form (v_m : nat) (v_g : nat -> R) (v_x : nat -> R) (v_beta : R) (v_epsilon : R) (v_gamma : R) (i_p : nat) :
  (1 <= v_m)%nat ->
  0 < v_epsilon ->
  (1 <= i_p <= v_m)%nat ->
  is_partial1 (fun v_x : nat -> R => Sum v_m (fun i_i : nat => v_g i_i * d_y v_m v_x v_beta v_epsilon v_gamma i_i)) v_x i_p
    (d_dx v_m v_g v_x v_epsilon v_gamma i_p).
Proof.
  intros.
  cbv beta delta [d_mu d_var d_s d_xhat d_y d_dx] in *; bn_derive.
Qed.

Print Assumptions gradient_facts__compact_form.
