// The AI SDK over three providers: its ordinary calls against the emulator.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { Output, generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { startEmulator } from './emulator.mjs';

let emulator;
let models;

before(async () => {
  emulator = await startEmulator();
  const openai = createOpenAI({ apiKey: 'sk-check', baseURL: `${emulator.baseUrl}/v1` });
  const anthropic = createAnthropic({ apiKey: 'sk-check', baseURL: `${emulator.baseUrl}/v1` });
  const google = createGoogleGenerativeAI({
    apiKey: 'check',
    baseURL: `${emulator.baseUrl}/v1beta`,
  });
  models = {
    responses: openai.responses('gpt-5.4'),
    chat: openai.chat('gpt-4o'),
    messages: anthropic('claude-opus-4-6'),
    gemini: google('gemini-2.5-flash'),
  };
});
after(() => emulator.stop());

for (const name of ['responses', 'chat', 'messages', 'gemini']) {
  test(`${name}: text`, async () => {
    const model = models[name];
    const whole = await generateText({ model, prompt: 'Name a river.', maxRetries: 0 });
    assert.ok(whole.text.length > 0);
    const line = (await emulator.control('bill')).lines.at(-1);
    assert.equal(whole.usage.inputTokens, line.input_tokens);
    assert.equal(whole.usage.outputTokens, line.output_tokens + line.reasoning_tokens);
    const stream = streamText({ model, prompt: 'Name a river.', maxRetries: 0 });
    let text = '';
    for await (const delta of stream.textStream) text += delta;
    assert.equal(text, whole.text);
    assert.equal(await stream.finishReason, 'stop');
  });

  test(`${name}: a tool loop`, async () => {
    const cities = [];
    const stream = streamText({
      model: models[name],
      prompt: 'What is the weather in Lisbon?',
      maxRetries: 0,
      stopWhen: stepCountIs(3),
      tools: {
        get_weather: tool({
          description: 'The weather in a city.',
          inputSchema: z.object({ city: z.string() }),
          execute: async ({ city }) => (cities.push(city), '18 degrees'),
        }),
      },
    });
    assert.match(await stream.text, /18 degrees/);
    assert.deepEqual(cities, ['Lisbon']);
  });

  test(`${name}: a schema`, async () => {
    const schema = z.object({ severity: z.enum(['low', 'high']), lines: z.number().int() });
    const { output } = await generateText({
      model: models[name],
      prompt: 'Judge the change in parser.rs',
      maxRetries: 0,
      output: Output.object({ schema }),
    });
    assert.ok(schema.safeParse(output).success);
  });
}
