// How fast llama.cpp's Vulkan engine reads and writes, by npm's node-llama-cpp:
//   node .ci/vulkan.mjs MODEL.gguf 512 64 [vulkan|cuda|false]
// `--there` only tells by its status whether the package is at hand.
import {createRequire} from "node:module";
import path from "node:path";
import {pathToFileURL} from "node:url";

const places = [path.resolve("build/node_modules"), ...(process.env.NODE_PATH || "").split(path.delimiter)].filter(Boolean);

async function find() {
    for (const place of places) {
        try {
            const main = path.join(place, "node-llama-cpp");
            const described = createRequire(pathToFileURL(main + "/"))("./package.json");
            return await import(pathToFileURL(path.join(main, described.exports?.["."]?.import ?? described.main)).href);
        } catch { /* the next one */ }
    }
    return null;
}

const [model, prompt, write, gpu] = process.argv.slice(2);
const engine = await find();
if (model === "--there") process.exit(engine ? 0 : 1);
if (!engine) throw new Error("node-llama-cpp is neither in build/node_modules nor in NODE_PATH");

const seconds = () => Number(process.hrtime.bigint()) / 1e9;
const llama = await engine.getLlama({gpu: gpu === "false" ? false : gpu ?? "vulkan", build: "never", logLevel: "warn"});
console.log(`llama.cpp by ${llama.gpu || "CPU"}: ${(await llama.getGpuDeviceNames()).join(", ")}`);
let began = seconds();
const loaded = await llama.loadModel({modelPath: path.resolve(model), gpuLayers: llama.gpu ? "max" : 0});
const context = await loaded.createContext({contextSize: Number(prompt) + Number(write) + 64, batchSize: 512});
console.log(`loaded in ${(seconds() - began).toFixed(2)} s`);
const sequence = context.getSequence();
const ids = Array.from({length: Number(prompt)}, (_, i) => (i * 7919 + 13) % 1000 + 100);

await sequence.evaluateWithoutGeneratingNewTokens(ids.slice(0, 16)); // shaders are compiled here
await sequence.clearHistory();
began = seconds();
await sequence.evaluateWithoutGeneratingNewTokens(ids);
console.log(`pp${prompt}  ${(prompt / (seconds() - began)).toFixed(2)} tokens/s`);

let n = -1; // the first one is not counted: its evaluation is the end of reading
for await (const _ of sequence.evaluate([ids[0]], {temperature: 0, yieldEogToken: true})) {
    if (++n === 0) began = seconds();
    if (n >= Number(write)) break;
}
console.log(`tg${n}  ${(n / (seconds() - began)).toFixed(2)} tokens/s`);
process.exit(0);
