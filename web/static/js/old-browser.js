// Loaded with `nomodule`, so only by browsers too old for everything else we have.
var note = document.getElementById("old-browser");
if (note) note.hidden = false;
