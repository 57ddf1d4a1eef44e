"""Stories in real Chromium, against the whole service."""
