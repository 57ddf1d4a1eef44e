"""The forwarder in processes of its own, one port each, and who is sent to which."""
