// @ts-check
/** What browsers say in getStats(), read into a few numbers. Holds opaque names only; no
 * addresses and no keys. */

/**
 * Everything that ever arrived on a connection, be it media, reports or answers to checks,
 * and how loud each stream is now, by mid.
 * @param {RTCPeerConnection} connection
 * @returns {Promise<{count: number, levels: Map<string, number>}>}
 */
export async function measured(connection) {
  let count = 0;
  const levels = new Map();
  for (const report of (await connection.getStats()).values()) {
    if (report.type === "candidate-pair") {
      count += (report.bytesReceived ?? 0) + (report.responsesReceived ?? 0) + (report.requestsReceived ?? 0);
    }
    if (report.type === "inbound-rtp" && report.kind === "audio") levels.set(report.mid, report.audioLevel ?? 0);
  }
  return { count, levels };
}

/**
 * How a leg's packets travel.
 * @param {RTCPeerConnection | null} connection
 */
export async function transport(connection) {
  const reports = connection ? [...(await connection.getStats()).values()] : [];
  const found = (/** @type {string} */ id) => reports.find((one) => one.id === id) ?? {};
  const chosen = reports.find((one) => one.type === "transport")?.selectedCandidatePairId;
  const pair = chosen ? found(chosen) : (reports.find((one) => one.type === "candidate-pair" && one.selected) ?? {});
  const local = found(pair.localCandidateId);
  return {
    connection: connection?.connectionState ?? "none",
    rtt: pair.currentRoundTripTime ?? 0,
    bytesReceived: pair.bytesReceived ?? 0, bytesSent: pair.bytesSent ?? 0,
    packetsReceived: pair.packetsReceived ?? 0, packetsSent: pair.packetsSent ?? 0,
    available: pair.availableOutgoingBitrate ?? 0,
    local: local.candidateType ?? "", protocol: local.protocol ?? "", relayProtocol: local.relayProtocol ?? "",
    remote: found(pair.remoteCandidateId).candidateType ?? "",
  };
}

/** @param {RTCPeerConnection | null} connection @returns {Promise<Map<string, any>>} by mid */
export async function inbound(connection) {
  const found = new Map();
  for (const report of connection ? (await connection.getStats()).values() : []) {
    if (report.type === "inbound-rtp") found.set(report.mid, report);
  }
  return found;
}

/** @param {RTCPeerConnection | null} connection */
export async function outbound(connection) {
  const reports = connection ? [...(await connection.getStats()).values()] : [];
  const streams = reports.filter((one) => one.type === "outbound-rtp");
  const heard = reports.filter((one) => one.type === "remote-inbound-rtp");
  const layers = streams.filter((one) => one.kind === "video").map((one) => ({
    rid: one.rid ?? "", active: one.active ?? true, frames: one.framesEncoded ?? 0,
    width: one.frameWidth ?? 0, height: one.frameHeight ?? 0, bytes: one.bytesSent ?? 0,
    keyFrames: one.keyFramesEncoded ?? 0, limited: one.qualityLimitationReason ?? "",
  }));
  const sum = (/** @type {string} */ what) => streams.reduce((all, one) => all + (one[what] ?? 0), 0);
  return {
    frames: sum("framesEncoded"), packets: sum("packetsSent"), layers,
    loss: Math.max(0, ...heard.map((one) => one.fractionLost ?? 0)),
    rtt: Math.max(0, ...heard.map((one) => one.roundTripTime ?? 0)),
  };
}
