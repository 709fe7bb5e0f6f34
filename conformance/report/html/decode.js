"use strict";
// Bytes as frames and heads, for the time line of a case.

const OPCODES = {0: "Continuation", 1: "Text", 2: "Binary", 8: "Close", 9: "Ping", 10: "Pong"};

function bytesOf(hex) {
  const bytes = new Uint8Array(hex.length >> 1);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.substr(2 * i, 2), 16);
  return bytes;
}

function hexOf(bytes, most = 64) {
  const shown = Array.from(bytes.subarray(0, most), (octet) => octet.toString(16).padStart(2, "0")).join(" ");
  return bytes.length > most ? shown + " …" : shown;
}

function printable(bytes, most) {
  const text = new TextDecoder().decode(bytes.subarray(0, most));
  return text.replace(/[\u0000-\u001f\u007f]/g, (c) => (c === "\n" ? "⏎" : "·")) + (bytes.length > most ? "…" : "");
}

// Text of HTTP with its line ends to be seen, as on the terminal: what is no printable ASCII is an escape.
function wireText(bytes, most) {
  const escapes = {"\\": "\\\\", "\r": "\\r", "\n": "\\n\n", "\t": "\\t"};
  const shown = Array.from(bytes.subarray(0, most), (octet) => String.fromCharCode(octet)).join("");
  return shown.replace(/[^\u0020-\u005b\u005d-\u007e]/g, (c) => escapes[c] || "\\x" + c.charCodeAt(0).toString(16).padStart(2, "0")) +
    (bytes.length > most ? "…" : "");
}

function joined(one, two) {
  if (!one.length) return two;
  const bytes = new Uint8Array(one.length + two.length);
  bytes.set(one);
  bytes.set(two, one.length);
  return bytes;
}

// RFC 6455 §5.2: how long the payload is said to be, and where that statement ends.
function lengthOf(bytes) {
  const short = bytes[1] & 127;
  if (short < 126) return {length: short, end: 2};
  const size = short === 126 ? 2 : 8;
  if (bytes.length < 2 + size) return null;
  let length = 0;
  for (let i = 0; i < size; i++) length = length * 256 + bytes[2 + i];
  return {length, end: 2 + size};
}

// The frame at the front of `bytes`, or null where its header is not whole.
function frameOf(bytes) {
  if (bytes.length < 2) return null;
  const measured = lengthOf(bytes);
  if (!measured) return null;
  const masked = (bytes[1] & 128) !== 0;
  const begin = measured.end + (masked ? 4 : 0);
  if (bytes.length < begin) return null;
  const end = Math.min(bytes.length, begin + measured.length);
  const payload = bytes.slice(begin, end);
  const key = bytes.subarray(measured.end, begin);
  if (masked) payload.forEach((octet, i) => (payload[i] = octet ^ key[i & 3]));
  return {
    fin: bytes[0] >> 7, rsv: (bytes[0] >> 4) & 7, opcode: bytes[0] & 15, masked, length: measured.length, payload,
    head: bytes.subarray(0, measured.end), key, wire: bytes.subarray(begin, end), size: end, missing: measured.length - (end - begin),
  };
}

function frameNotes(frame) {
  const notes = [];
  if (!frame.fin) notes.push("more follows");
  if (frame.rsv & 4) notes.push("RSV1");
  if (frame.rsv & 2) notes.push("RSV2");
  if (frame.rsv & 1) notes.push("RSV3");
  notes.push(frame.masked ? "masked" : "not masked");
  notes.push(frame.length === 1 ? "1 byte" : frame.length + " bytes");
  return notes.join(" · ");
}

// The payload for people; compressed and binary ones have none but their hex.
function frameText(frame) {
  if (!frame.payload.length) return "";
  if (frame.opcode === 8) {
    if (frame.payload.length < 2) return "no whole code";
    return "code " + (frame.payload[0] * 256 + frame.payload[1]) + (frame.payload.length > 2 ? " “" + printable(frame.payload.subarray(2), 120) + "”" : "");
  }
  if (frame.rsv & 4) return "compressed";
  return frame.opcode === 2 ? "" : "“" + printable(frame.payload, 96) + "”";
}

// What one write or read held, as parts {name, notes, text, hex: [{kind, octets}]}. `state` remembers of each direction
// whether frames flow already, an unfinished header and how much of a payload is still to come.
function describe(piece, state) {
  const parts = [];
  let rest = joined(state.carry, bytesOf(piece.hex));
  const cut = piece.size - (piece.hex.length >> 1);
  state.carry = new Uint8Array(0);
  if (!state.frames) rest = describeHead(rest, state, parts);
  if (state.frames && state.missing > 0 && rest.length) {
    const taken = rest.subarray(0, Math.min(rest.length, state.missing));
    parts.push({name: "", notes: taken.length + " more bytes of the payload", text: "", hex: [{kind: "load", octets: taken}]});
    state.missing -= taken.length;
    rest = rest.subarray(taken.length);
  }
  while (state.frames && rest.length) {
    const frame = frameOf(rest);
    if (!frame) {
      parts.push({name: "", notes: "an unfinished frame header", text: "", hex: [{kind: "head", octets: rest}]});
      state.carry = rest;
      break;
    }
    parts.push({
      name: OPCODES[frame.opcode] || "Opcode " + frame.opcode, notes: frameNotes(frame), text: frameText(frame),
      hex: [{kind: "head", octets: frame.head}, {kind: "key", octets: frame.key}, {kind: "load", octets: frame.wire}],
    });
    state.missing = frame.missing;
    rest = rest.subarray(frame.size);
  }
  if (cut > 0) {
    parts.push({name: "", notes: cut + " more bytes, not kept", text: "", hex: []});
    // Behind the gap nothing can be told apart, unless the gap lies in a payload.
    if (state.frames && state.missing < cut) state.lost = true;
    state.missing = Math.max(0, state.missing - cut);
  }
  return parts;
}

// HTTP up to the empty line; gives back what follows it.
function describeHead(bytes, state, parts) {
  const text = new TextDecoder("latin1").decode(bytes);
  state.head += text;
  const end = state.head.indexOf("\r\n\r\n");
  const here = end < 0 ? text.length : Math.max(0, end + 4 - (state.head.length - text.length));
  const headBytes = bytes.subarray(0, here);
  if (here) parts.push({name: "HTTP", notes: end < 0 ? "the head goes on" : "", text: wireText(headBytes, 4000), hex: [{kind: "load", octets: headBytes}], http: true});
  if (end < 0) return new Uint8Array(0);
  const head = state.head.slice(0, end);
  const rest = bytes.subarray(here);
  state.frames = /^HTTP\/1\.\d 101|^upgrade:\s*websocket/im.test(head);
  if (!state.frames && rest.length) {
    parts.push({name: "HTTP", notes: "body", text: wireText(rest, 2000), hex: [{kind: "load", octets: rest}], http: true});
  }
  if (!state.frames) state.head = "";
  return state.frames ? rest : new Uint8Array(0);
}

// The octets kept may begin with the handshake or behind it: does one direction begin like HTTP?
function beginsWithHttp(pieces) {
  return [">", "<"].some((dir) => {
    let hex = "";
    for (const piece of pieces) {
      if (piece.dir === dir) hex += piece.hex;
      if (hex.length >= 64) break;
    }
    return /^[\r\n]*(HTTP\/|[!#$%&'*+.^_`|~A-Za-z0-9-]{3,}[ \t])/.test(new TextDecoder("latin1").decode(bytesOf(hex.slice(0, 64))));
  });
}

function newState(http) {
  return {frames: !http, head: "", carry: new Uint8Array(0), missing: 0, lost: false};
}
