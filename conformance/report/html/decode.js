"use strict";
// Octets as frames and heads, for the time line of a case.

const OPCODES = {0: "continuation", 1: "text", 2: "binary", 8: "Close", 9: "Ping", 10: "Pong"};

function bytesOf(hex) {
  const bytes = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.substr(2 * i, 2), 16);
  return bytes;
}

function hexOf(bytes, most) {
  const shown = Array.from(bytes.subarray(0, most), (octet) => octet.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > most ? shown + " …" : shown;
}

function printable(bytes, most) {
  const text = new TextDecoder().decode(bytes.subarray(0, most));
  return text.replace(/[\u0000-\u001f\u007f]/g, (c) => (c === "\n" ? "⏎" : "·")) + (bytes.length > most ? "…" : "");
}

function lengthOf(bytes) {
  const short = bytes[1] & 127;
  if (short < 126) return {length: short, size: 2};
  const size = short === 126 ? 2 : 8;
  if (bytes.length < 2 + size) return null;
  let length = 0;
  for (let i = 0; i < size; i++) length = length * 256 + bytes[2 + i];
  return {length, size: 2 + size};
}

// One frame at the front of `bytes`, or null where they are no frame's beginning.
function frameOf(bytes) {
  if (bytes.length < 2) return null;
  const measured = lengthOf(bytes);
  if (!measured) return null;
  const masked = (bytes[1] & 128) !== 0;
  const begin = measured.size + (masked ? 4 : 0);
  const end = Math.min(bytes.length, begin + measured.length);
  const payload = bytes.slice(Math.min(begin, end), end);
  if (masked) payload.forEach((octet, i) => (payload[i] = octet ^ bytes[measured.size + (i & 3)]));
  return {fin: bytes[0] >> 7, rsv: (bytes[0] >> 4) & 7, opcode: bytes[0] & 15, masked, length: measured.length, payload, size: end};
}

function frameText(frame) {
  const name = OPCODES[frame.opcode] || "opcode " + frame.opcode;
  const notes = [];
  if (!frame.fin) notes.push("not final");
  if (frame.rsv) notes.push("RSV " + frame.rsv.toString(2).padStart(3, "0"));
  if (frame.masked) notes.push("masked");
  notes.push(frame.length + " octets" + (frame.payload.length < frame.length ? ", cut here" : ""));
  let text = name + " (" + notes.join(", ") + ")";
  if (frame.opcode === 8 && frame.payload.length >= 2) {
    text += " code " + (frame.payload[0] * 256 + frame.payload[1]) + " " + printable(frame.payload.subarray(2), 120);
  } else if (frame.payload.length) {
    text += " " + printable(frame.payload, 80);
  }
  return text;
}

// Lines that describe what one write or read held. `state` says for each direction whether frames flow already.
function describe(bytes, state) {
  const lines = [];
  let rest = bytes;
  if (!state.frames) {
    const text = new TextDecoder("latin1").decode(rest);
    const end = text.indexOf("\r\n\r\n");
    lines.push((end < 0 ? text : text.slice(0, end)).slice(0, 2000));
    if (end < 0) return lines;
    state.frames = /^HTTP\/1\.1 101|upgrade:\s*websocket/im.test(text.slice(0, end));
    rest = rest.subarray(end + 4);
  }
  while (state.frames && rest.length) {
    const frame = frameOf(rest);
    if (!frame) break;
    lines.push(frameText(frame));
    rest = rest.subarray(frame.size);
  }
  if (rest.length) lines.push("octets " + hexOf(rest, 64));
  return lines;
}
