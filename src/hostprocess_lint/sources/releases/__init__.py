"""What is read of the objects that deploy charts and overlays: Argo CD, Flux, helmfile, k3s, Fleet, Cluster API."""
