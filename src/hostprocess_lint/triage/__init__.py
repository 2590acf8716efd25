"""What other scanners say about HostProcess workloads, and nobody can follow."""
