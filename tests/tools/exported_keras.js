// exported_keras.js STORE DIR NAME... - DIR/NAME.h5 in TensorFlow.js
//
// The file is taken apart as tensorflowjs_converter does (keras_h5_conversion.py):
// model_config is the topology, tensors go by the names in weight_names.
const tf = require('@tensorflow/tfjs')
const { checkAll, report } = require('./exported.js')

// Keras has this layer since 2.9, TensorFlow.js not; an encoder ends in it.
class UnitNormalization extends tf.layers.Layer {
  static className = 'UnitNormalization'
  call(inputs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs
    return tf.tidy(() => tf.div(x, tf.sqrt(tf.maximum(tf.sum(tf.square(x), -1, true), 1e-12))))
  }
}
tf.serialization.registerClass(UnitNormalization)

// Keras gives weights to layers one by one in the order of model.layers, which
// TensorFlow.js has as well: layer_names must be in it.
function checkOrder(name, file, model) {
  const weights = file.get('model_weights')
  const stored = [...weights.attrs.layer_names.value].map(String)
    .filter(l => weights.get(l).attrs.weight_names.value.length)
  const wanted = model.layers.filter(l => l.weights.length).map(l => l.name)
  console.log(`${String(stored) === String(wanted) ? 'ok' : 'not ok'} - ${name}: layers are in the order of model.layers`)
}

function leaves(group, out) {
  if ('weight_names' in group.attrs) {
    const names = group.attrs.weight_names.value
    for (const name of names.length ? [...names] : []) {
      const set = group.get(String(name))
      out.push({ name: String(name).replace(/:0$/, ''), shape: set.shape.map(Number), value: set.value })
    }
    return
  }
  for (const key of group.keys()) leaves(group.get(key), out)
}

function readModel(file) {
  if (!String(file.attrs.keras_version.value).startsWith('2.')) throw new Error('not of Keras 2')
  const weights = [], topology = {
    keras_version: String(file.attrs.keras_version.value),
    backend: String(file.attrs.backend.value),
    model_config: JSON.parse(file.attrs.model_config.value),
  }
  for (const layer of file.get('model_weights').keys()) leaves(file.get('model_weights').get(layer), weights)
  return tf.loadLayersModel({
    load: async () => ({
      modelTopology: topology,
      weightSpecs: weights.map(w => ({ name: w.name, shape: w.shape, dtype: 'float32' })),
      weightData: Uint8Array.from(Buffer.concat(weights.map(w => Buffer.from(w.value.buffer, w.value.byteOffset, w.value.byteLength)))).buffer,
    }),
  })
}

async function main() {
  // a module, which does not look at NODE_PATH by itself
  const h5 = await import(`${process.env.NODE_PATH}/h5wasm/dist/node/hdf5_hl.js`)
  await h5.ready
  await checkAll(async (name, path, c) => {
    const file = new h5.File(`${path}.h5`, 'r')
    const model = await readModel(file)
    checkOrder(name, file, model)
    file.close()
    const inputs = [tf.tensor4d(Float32Array.from(c.image), [c.n, ...c.shape])]
    if (model.inputs.length > 1) inputs.push(tf.tensor2d(c.size.map(Math.log), [c.n, 2]))
    report(`${name} in TensorFlow.js`, model.predict(inputs.length > 1 ? inputs : inputs[0]).dataSync(), c.wanted)
    model.dispose()
  })
}
main()
