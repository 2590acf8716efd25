"""Static analysis of Kubernetes workloads that use Windows HostProcess containers."""

__version__ = "0.1.0"
