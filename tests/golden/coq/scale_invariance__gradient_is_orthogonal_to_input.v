(** scale_invariance: gradient_is_orthogonal_to_input
    Ioffe & Szegedy 2015, section 3.3
    sum(x[r]*d(sum(g[i]*plain[i], i=1..m))/d(x[r]), r=1..m) = 0 *)
From Bnsym Require Import Decide.
Open Scope R_scope.

Definition d_mean_plain (v_m : nat) (v_x : nat -> R) : R :=
  Sum v_m (fun i_i : nat => v_x i_i) / INR v_m.

Definition d_var_plain (v_m : nat) (v_x : nat -> R) : R :=
  Sum v_m (fun i_i : nat => (-d_mean_plain v_m v_x + v_x i_i) ^ 2) / INR v_m.

Definition d_plain (v_m : nat) (v_x : nat -> R) (i_i : nat) : R :=
  (-d_mean_plain v_m v_x + v_x i_i) / sqrt (d_var_plain v_m v_x).

Theorem scale_invariance__gradient_is_orthogonal_to_input (v_m : nat) (v_g : nat -> R) (v_x : nat -> R) :
  (1 <= v_m)%nat ->
  0 < (d_var_plain v_m v_x) ->
  (forall i_r : nat, (1 <= i_r <= v_m)%nat -> has_partial1 (fun v_x : nat -> R => Sum v_m (fun i_i : nat => v_g i_i * d_plain v_m v_x i_i)) v_x i_r)
  /\ (Sum v_m (fun i_r : nat => v_x i_r * Partial1 (fun v_x : nat -> R => Sum v_m (fun i_i : nat => v_g i_i * d_plain v_m v_x i_i)) v_x i_r)
  = 0).
Proof.
  intros.
  split; [cbv beta delta [d_mean_plain d_var_plain d_plain] in *; bn_exists |].
  cbv beta delta [d_mean_plain d_var_plain d_plain] in *; work_out; bn_eq.
Qed.

Print Assumptions scale_invariance__gradient_is_orthogonal_to_input.
