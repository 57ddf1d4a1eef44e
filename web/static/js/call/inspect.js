// @ts-check
/** What the browser measured of a call, for tests and for whoever looks for a fault.
 * Holds numbers and opaque names; no addresses and no keys. */

/**
 * @param {import("./state.js").Facts} facts @param {string} state
 * @param {import("./media.js").Media} media
 */
export async function inspection(facts, state, media) {
  const arriving = await inbound(media.subscriber);
  const people = facts.people.map((person) => {
    const [audio, video] = /** @type {const} */ (["audio", "video"]).map((kind) => {
      const mid = person.tracks.find((track) => track.kind === kind)?.mid;
      return (mid && arriving.get(mid)) || {};
    });
    return {
      id: person.id, part: person.part, state: person.state,
      frames: video.framesDecoded ?? 0, height: video.frameHeight ?? 0,
      freezes: video.freezeCount ?? 0, energy: audio.totalAudioEnergy ?? 0,
      lost: (audio.packetsLost ?? 0) + (video.packetsLost ?? 0),
    };
  });
  return {
    state, me: facts.me, part: facts.part, phase: facts.phase, quality: facts.quality,
    publisher: facts.publisher, subscriber: facts.subscriber, people,
    sent: await outbound(media.publisher),
  };
}

/** @param {RTCPeerConnection | null} connection @returns {Promise<Map<string, any>>} */
async function inbound(connection) {
  const found = new Map();
  for (const report of connection ? (await connection.getStats()).values() : []) {
    if (report.type === "inbound-rtp") found.set(report.mid, report);
  }
  return found;
}

/** @param {RTCPeerConnection | null} connection */
async function outbound(connection) {
  const sent = { frames: 0, packets: 0 };
  for (const report of connection ? (await connection.getStats()).values() : []) {
    if (report.type !== "outbound-rtp") continue;
    sent.frames += report.framesEncoded ?? 0;
    sent.packets += report.packetsSent ?? 0;
  }
  return sent;
}
