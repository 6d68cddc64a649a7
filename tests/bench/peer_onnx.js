// peer_onnx.js MODEL THREADS STEPS BATCH... - ONNX Runtime's inference
//
// Prints JSON: milliseconds an image by batch, medians of STEPS runs after two.
const ort = require('onnxruntime-node')

async function medianMs(session, batch, steps) {
  const [name] = session.inputNames
  const data = Float32Array.from({ length: batch * 3 * 110 * 110 }, (_, i) => i * 37 % 251 / 251)
  const feeds = { [name]: new ort.Tensor('float32', data, [batch, 3, 110, 110]) }
  const times = []
  for (let i = -2; i < steps; i++) {
    const start = process.hrtime.bigint()
    await session.run(feeds)
    if (i >= 0) times.push(Number(process.hrtime.bigint() - start) / 1e6 / batch)
  }
  times.sort((a, b) => a - b)
  return (times[steps - 1 >> 1] + times[steps >> 1]) / 2
}

async function main() {
  const [model, threads, steps, ...batches] = process.argv.slice(2)
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: Number(threads), interOpNumThreads: 1, executionMode: 'sequential',
    graphOptimizationLevel: 'all', logSeverityLevel: 3,
  })
  const ms = {}
  for (const batch of batches) ms[batch] = await medianMs(session, Number(batch), Number(steps))
  console.log(JSON.stringify(ms))
}
main()
