// @ts-check
/** What the browser measured of a call, for tests and for whoever looks for a fault.
 * Holds numbers and opaque names; no addresses and no keys. */

import { inbound, outbound, transport } from "./stats.js";

/**
 * @param {import("./state.js").Facts} facts @param {string} state
 * @param {import("./media.js").Media} media
 */
export async function inspection(facts, state, media) {
  const { publisher, subscriber } = media;
  const arriving = await inbound(subscriber.connection);
  return {
    state, me: facts.me, part: facts.part, phase: facts.phase, quality: facts.quality,
    watched: facts.watched, publishQuality: facts.publishQuality,
    publisher: facts.publisher, subscriber: facts.subscriber,
    people: facts.people.map((person) => seen(person, arriving)),
    sent: await outbound(publisher.connection),
    legs: {
      publisher: { ...(await transport(publisher.newest)), ...life(media, "publisher") },
      subscriber: { ...(await transport(subscriber.newest)), ...life(media, "subscriber") },
    },
  };
}

/** @param {import("./state.js").Person} person @param {Map<string, any>} arriving */
function seen(person, arriving) {
  const [audio, video] = /** @type {const} */ (["audio", "video"]).map((kind) => {
    const mid = person.tracks.find((track) => track.kind === kind)?.mid;
    return (mid && arriving.get(mid)) || {};
  });
  return {
    id: person.id, part: person.part, state: person.state, quality: person.quality, picture: person.picture,
    frames: video.framesDecoded ?? 0, width: video.frameWidth ?? 0, height: video.frameHeight ?? 0,
    freezes: video.freezeCount ?? 0, frozen: video.totalFreezesDuration ?? 0,
    videoPackets: video.packetsReceived ?? 0, videoBytes: video.bytesReceived ?? 0,
    energy: audio.totalAudioEnergy ?? 0, packets: audio.packetsReceived ?? 0,
    samples: audio.totalSamplesReceived ?? 0, concealed: audio.concealedSamples ?? 0,
    silentConcealed: audio.silentConcealedSamples ?? 0, jitter: audio.jitter ?? 0,
    lost: (audio.packetsLost ?? 0) + (video.packetsLost ?? 0),
  };
}

/** @param {import("./media.js").Media} media @param {import("./media.js").Target} target */
function life(media, target) {
  const known = media.pulses[target];
  return {
    state: media.stateOf(target), tries: known?.tries ?? 0,
    silence: known ? Math.round(performance.now() - known.heardAt) : 0,
  };
}
