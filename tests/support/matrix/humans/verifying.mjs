// Verification by comparing emoji, with a person who always finds that they match.

import { cryptoApi } from "./library.mjs";

const { VerificationPhase, VerificationRequestEvent, VerifierEvent } = cryptoApi;

function reached(request, phase) {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (request.phase === VerificationPhase.Cancelled) reject(new Error("they cancelled"));
      if (request.phase >= phase) resolve();
    };
    request.on(VerificationRequestEvent.Change, look);
    look();
  });
}

export async function compareEmoji(request) {
  await reached(request, VerificationPhase.Ready);
  const verifier = await request.startVerification("m.sas.v1");
  verifier.on(VerifierEvent.ShowSas, (sas) => sas.confirm());
  await verifier.verify();
  await reached(request, VerificationPhase.Done);
}
