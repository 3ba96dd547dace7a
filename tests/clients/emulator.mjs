// Starts the emulator for one check and stops it afterwards.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export async function startEmulator(options = {}) {
  const child = spawn(process.env.FAREBOX_EMULATOR, ['--options', JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = await new Promise((resolve, reject) => {
    lines.once('line', (line) => resolve([line]));
    child.once('exit', (code) => reject(new Error(`the emulator ended with ${code}`)));
  });
  const baseUrl = JSON.parse(line).base_url;
  const control = async (what, body) => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${baseUrl}/_emulator/${what}`, init);
    if (!answer.ok) throw new Error(`${what}: ${await answer.text()}`);
    return answer.json();
  };
  return { baseUrl, control, stop: () => child.stdin.end() };
}
