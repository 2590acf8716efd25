"""Fleet: the bundles that a `fleet.yaml` says, and what a GitRepo deploys without one."""
