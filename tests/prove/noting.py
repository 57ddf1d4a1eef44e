"""What a page notes by itself while the service is killed: scripts put into it."""

from typing import Final

#: The page notes when it was let into the room.
ENTERED: Final = """
  window.entered = [];
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (JSON.parse(data).type === "joined") window.entered.push(Date.now() / 1000);
      });
    }
  };
"""

#: Five times a second the page notes what it has seen and heard of the other.
WATCH: Final = """() => {
  window.noted = [];
  window.setInterval(async () => {
    const { people } = await window.visitation.inspect();
    const [other] = people.filter((one) => one.packets || one.frames);
    window.noted.push([
      Date.now() / 1000, other ? other.packets : 0, other ? other.frames : 0,
    ]);
  }, 200);
}"""
