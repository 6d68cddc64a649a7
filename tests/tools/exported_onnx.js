// exported_onnx.js STORE DIR NAME... - DIR/NAME.onnx in ONNX Runtime
const ort = require('onnxruntime-node')
const { checkAll, report } = require('./exported.js')

checkAll(async (name, path, c) => {
  const session = await ort.InferenceSession.create(`${path}.onnx`, { logSeverityLevel: 2 })
  const feeds = { image: new ort.Tensor('uint8', c.image, [c.n, ...c.shape]) }
  if (session.inputNames.includes('size')) feeds.size = new ort.Tensor('float32', Float32Array.from(c.size), [c.n, 2])
  const result = await session.run(feeds)
  report(`${name} in ONNX Runtime`, result[session.outputNames[0]].data, c.wanted)
})
