// exported.js - what the JavaScript programs that check exported models share
//
// Cases are names: DIR/NAME.csv is what 'papline predict' (or outputs.c) says of
// pictures of a store, DIR/NAME.onnx, DIR/NAME.h5 the model exported.
const fs = require('fs')

const TOLERANCE = 1e-4

// An array of bytes (n, h, w, 3) from a file of NumPy's format 1.0.
function readImages(path) {
  const raw = fs.readFileSync(path)
  const at = 10 + raw.readUInt16LE(8)
  const head = raw.toString('latin1', 10, at)
  const shape = head.match(/'shape': \(([^)]*)\)/)[1].split(',').filter(x => x.trim()).map(Number)
  if (!head.includes("'descr': '|u1'") || shape.length !== 4) throw new Error(`${path}: not bytes of four dimensions`)
  return { shape, data: raw.subarray(at) }
}

// Rows of a table without quotes, as objects.
function readTable(path) {
  const [head, ...lines] = fs.readFileSync(path, 'utf8').trim().split('\n').map(l => l.split(','))
  return lines.map(l => Object.fromEntries(head.map((name, i) => [name, l[i]])))
}

// The pictures of a case, their sizes, and what Papline says of them.
function readCase(store, path) {
  const images = readImages(`${store}/images.npy`)
  const index = readTable(`${store}/index.csv`)
  const [, h, w, c] = images.shape
  const image = [], size = [], wanted = []
  for (const row of readTable(path)) {
    const i = index.findIndex(x => row.file.endsWith(x.file))
    if (i < 0) throw new Error(`${path}: ${row.file} is not in the store`)
    image.push(images.data.subarray(i * h * w * c, (i + 1) * h * w * c))
    size.push(Number(index[i].width), Number(index[i].height))
    wanted.push(...Object.keys(row).filter(k => k.startsWith('p_')).map(k => Number(row[k])))
  }
  return { n: image.length, shape: images.shape.slice(1), image: Uint8Array.from(Buffer.concat(image)), size, wanted }
}

function report(what, got, wanted) {
  let most = got.length === wanted.length ? 0 : Infinity
  for (let i = 0; i < wanted.length; i++) most = Math.max(most, Math.abs(got[i] - wanted[i]))
  const good = most <= TOLERANCE // of NaN: no
  console.log(`${good ? 'ok' : 'not ok'} - ${what} says what Papline says`)
  console.log(`# ${what}: ${wanted.length} numbers, the largest difference is ${most.toExponential(1)}`)
}

// Each case for itself, so that one that fails does not hide the others.
async function checkAll(check) {
  const [store, dir, ...names] = process.argv.slice(2)
  for (const name of names) {
    try {
      await check(name, `${dir}/${name}`, readCase(store, `${dir}/${name}.csv`))
    } catch (e) {
      console.log(`not ok - ${name}: ${String(e.message).split('\n')[0]}`)
    }
  }
  console.log('done')
}

module.exports = { checkAll, report }
