"""Bad lines made in user space, for calls that must hold on them."""
