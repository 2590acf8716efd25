"""helmfile: what a `helmfile.yaml` deploys, in each of its environments."""
