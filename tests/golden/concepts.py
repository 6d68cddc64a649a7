#!/usr/bin/python3
"""Segmentation and measures of a cell by SciPy and scikit-image.

    /usr/bin/python3 tests/golden/concepts.py > tests/golden/concepts_golden.inc

Components are labelled anew at every threshold, distances, watershed and
moments are the libraries' own.  Pictures are made of whole numbers, as the test
makes them.
"""
import numpy as np
import scipy
import scipy.ndimage as ndi
import skimage
from skimage.measure import regionprops
from skimage.segmentation import watershed

PITCH = (1.4, 0.8)  # width, height of a pixel


def inside(h, w, e):
    """Pixels of the ellipse e: middle x, y and half axes a, b."""
    y, x = np.mgrid[:h, :w]
    cx, cy, a, b = e
    return ((x - cx) * b)**2 + ((y - cy) * a)**2 <= (a * b)**2


def picture(h, w, cell, nuclei):
    """A pink cell with violet nuclei and a pale ring on pale ground."""
    y, x = np.mgrid[:h, :w]
    grain = (7 * x + 13 * y + x * y) % 11
    px = np.stack([226 + grain, 222 + grain, 228 + grain], 2)
    px[inside(h, w, cell)] = 0
    body = np.stack([196 + grain, 120 + grain, 150 + grain], 2)
    px += body * inside(h, w, cell)[..., None]
    for cx, cy, a, b in nuclei:
        ring = inside(h, w, (cx, cy, a + 3, b + 3)) & inside(h, w, cell)
        px[ring] = np.stack([200 + grain, 150 + grain, 175 + grain], 2)[ring]
    for n in nuclei:
        px[inside(h, w, n)] = np.stack([70 + 2 * grain, 50 + 2 * grain,
                                        95 + 2 * grain], 2)[inside(h, w, n)]
    return px.astype(np.uint8)


CASES = {
    'one': (37, 53, (26, 18, 22, 15), [(23, 17, 6, 4)]),
    'two': (48, 64, (32, 24, 27, 20), [(25, 22, 6, 6), (39, 26, 6, 5)]),
    'touching': (64, 60, (30, 32, 25, 27), [(25, 30, 6, 6), (35, 31, 6, 6)]),
    'border': (40, 41, (20, 12, 18, 24), [(20, 0, 6, 5)]),
    'side': (45, 40, (20, 22, 18, 20), [(22, 20, 9, 6)]),
}


def density(px):
    one = 2.0**12
    d = np.floor(-np.log2((px.astype(float) + 1) / 256) * one + 0.5)
    return d / one


def blur(x, sigma):
    return ndi.gaussian_filter(x, sigma, mode='nearest', truncate=6)


# --- components -------------------------------------------------------------


def levels_of(x, levels):
    return np.minimum(((x - x.min()) / (x.max() - x.min()) * levels)
                      .astype(int), levels - 1)


def components(x, q, level):
    """All components at a level: mask, area, sides, contrast, moments."""
    label, n = ndi.label(q >= level)
    xs, ys = np.pad(x, 1, mode='edge'), np.pad(label, 1)
    out = []
    for i in range(1, n + 1):
        mask = ys == i
        sides = contrast = 0.0
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            border = mask & ~np.roll(mask, step, axis)
            sides += border.sum()
            contrast += np.abs(xs - np.roll(xs, step, axis))[border].sum()
        m = label == i
        r, c = np.nonzero(m)
        cov = np.cov(np.stack([c, r]), bias=True) + np.eye(2) / 12
        out.append({'mask': m, 'area': m.sum(), 'sides': sides,
                    'contrast': contrast, 'x': c.mean(), 'y': r.mean(),
                    'cov': cov, 'level': level})
    return out


def tree_digest(x, levels, least):
    """Sums over components that have a pixel of their level."""
    q = levels_of(x, levels)
    sums = np.zeros(7)
    for level in range(1, levels):
        for c in components(x, q, level):
            if c['area'] < least or not (c['mask'] & (q == level)).any():
                continue
            sums += [1, c['area'], c['sides'], c['contrast'],
                     c['cov'][0, 0], c['cov'][1, 1], c['cov'][0, 1]]
    return sums


# --- segmentation -----------------------------------------------------------


def value(c):
    half, other = np.linalg.eigvalsh(c['cov'])[::-1]
    fill = min(c['area'] / (4 * np.pi * np.sqrt(half * other)), 1)
    return (c['contrast'] / c['sides'] * fill**8 * c['area']**0.25 *
            np.sqrt(np.sqrt(other / half)))


def off_centre(c, h, w):
    return np.hypot((c['x'] - (w - 1) / 2) / (w / 2),
                    (c['y'] - (h - 1) / 2) / (h / 2))


def central(c, h, w):
    return value(c) * np.exp(-(off_centre(c, h, w) / 0.7)**2)


def cell_about(d, nucleus):
    h, w = nucleus.shape
    scale = np.sqrt(h * w) / 110
    b = np.stack([blur(d[..., i], 1.5 * scale) for i in range(3)], 2)
    gradient = np.sqrt(sum((np.gradient(b, axis=i)**2).sum(2)
                           for i in range(2)))
    y, x = np.mgrid[:h, :w]
    r = np.hypot((x - (w - 1) / 2) / (w / 2), (y - (h - 1) / 2) / (h / 2))
    mark = np.where(r > 1.15, 1, 0)
    mark[(r <= 0.6) | (ndi.distance_transform_edt(~nucleus) <=
                       3 * scale)] = 2
    return watershed(gradient, mark) == 2


def segment(px):
    h, w, _ = px.shape
    n, d = h * w, density(px)
    scale = np.sqrt(n) / 110
    s = blur(d.mean(2), scale)
    q = levels_of(s, 48)
    every = [c for t in range(1, 48) for c in components(s, q, t)
             if max(0.0025 * n, 9) <= c['area'] <= 0.3 * n]
    best = max(every, key=lambda c: central(c, h, w))
    if best['area'] > 0.08 * n:
        inner = [c for c in every if c['level'] > best['level'] and
                 0.12 <= c['area'] / best['area'] <= 0.6 and
                 best['mask'][c['mask']].all() and
                 central(c, h, w) >= 0.6 * central(best, h, w)]
        best = max(inner, key=lambda c: central(c, h, w), default=best)
    nucleus = ndi.binary_fill_holes(best['mask'])
    cell = cell_about(d, nucleus)
    near = [c for c in every
            if 0.4 <= c['area'] / best['area'] <= 2.5 and
            value(c) >= 0.6 * value(best) and
            np.hypot(c['x'] - best['x'], c['y'] - best['y']) <= 1.6 *
            (np.sqrt(c['area']) + np.sqrt(best['area'])) / np.sqrt(np.pi) and
            not (c['mask'] & nucleus).any() and
            (c['mask'] & cell).sum() >= 0.95 * c['area']]
    if near:
        nucleus |= ndi.binary_fill_holes(max(near, key=value)['mask'])
        cell = cell_about(d, nucleus)
    return nucleus, cell | nucleus


def drawing(name, nucleus, cell):
    print(f'static const char *const golden_{name}_regions[] = {{')
    for n, c in zip(nucleus, cell):
        print('    "' + ''.join('#' if a else '+' if b else '.'
                                for a, b in zip(n, c)) + '",')
    print('};')


# --- measures ---------------------------------------------------------------


def measures(px, label, cell):
    d = density(px)
    mean = d.mean(2)
    nuclei = label > 0
    body = cell & ~nuclei
    # regionprops has no pitch: coordinates are stretched by hand
    parts = regionprops(label)
    largest = max(parts, key=lambda p: p.area)
    at = largest.coords[:, ::-1] * np.array(PITCH)
    axes = np.linalg.eigvalsh(np.cov(at.T, bias=True) +
                              np.diag(np.square(PITCH)) / 12)
    same = np.ones_like(nuclei)
    for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
        same &= np.roll(np.pad(label, 1), step, axis)[1:-1, 1:-1] == label
    within = nuclei & same
    sampling = PITCH[::-1]
    a = ndi.distance_transform_edt(~nuclei, sampling=sampling)
    b = ndi.distance_transform_edt(np.pad(cell, 1), sampling=sampling)
    depth = a / (a + b[1:-1, 1:-1])
    use = cell & (a > 1.5 * np.sqrt(PITCH[0] * PITCH[1]))
    tenth = np.floor(depth * 10 + 1e-4)
    d10 = np.array([mean[use & (tenth == i)].mean() if
                    (use & (tenth == i)).any() else np.nan
                    for i in range(1, 9)])
    rise = max(d10[k] - d10[i] for i in range(8) for k in range(i, 8)
               if not np.isnan(d10[i] + d10[k]))
    dip = np.nanmax(np.append(np.linspace(d10[0], d10[7], 8) - d10, 0))
    halo = max(rise, dip)
    pixel = PITCH[0] * PITCH[1]
    return [largest.area * pixel, cell.sum() * pixel,
            nuclei.sum() / cell.sum(), mean[nuclei].mean(),
            mean[within].std(), np.sqrt(axes[0] / axes[1]), halo,
            (d[..., 1] - d[..., 0])[body].mean(), len(parts)]


# --- numbers ----------------------------------------------------------------


def numbers(name, values):
    text = ', '.join('%.12g' % v for v in values)
    print(f'static const double golden_{name}[] = {{{text}}};')


def plane(h, w):
    y, x = np.mgrid[:h, :w]
    return ((7 * x + 3 * y + x * y) % 32) / 31.0


def bumps(h, w):
    """Two hills with grain, whole numbers."""
    y, x = np.mgrid[:h, :w]
    hill = np.maximum(200 - (x - 7)**2 - (y - 6)**2,
                      150 - (x - 17)**2 - 2 * (y - 12)**2)
    return (hill + (3 * x + 5 * y + x * y) % 5).astype(float)


def set_pixels(h, w):
    y, x = np.mgrid[:h, :w]
    return (5 * x + 11 * y + x * y) % 37 == 0


def main():
    print('/* concepts.py with NumPy %s, SciPy %s, scikit-image %s */' %
          (np.__version__, scipy.__version__, skimage.__version__))
    print('/* clang-format off */')
    p = blur(plane(19, 23), 1.3)
    numbers('blur', [p[0, 0], p[0, 22], p[9, 11], p[18, 0], p[5, 17]])
    far = ndi.distance_transform_edt(~set_pixels(19, 23), sampling=PITCH[::-1])
    numbers('distance', far.ravel())
    # 899 and 31 have no common factor: every height is there once
    y, x = np.mgrid[:29, :31]
    height = ((y * 31 + x) * 311) % 899
    mark = np.zeros((29, 31), int)
    mark[3, 4], mark[20, 25], mark[14, 2] = 1, 2, 3
    flood = watershed(height, mark)
    print('static const char *const golden_flood[] = {')
    for r in flood:
        print('    "' + ''.join(map(str, r)) + '",')
    print('};')
    numbers('tree', tree_digest(bumps(19, 23), 48, 9))
    for name, (h, w, cell, nuclei) in CASES.items():
        px = picture(h, w, cell, nuclei)
        drawing(name, *segment(px))
        label = sum((k + 1) * inside(h, w, n)
                    for k, n in enumerate(nuclei))
        label[label > len(nuclei)] = 1
        numbers(name + '_measures',
                measures(px, label, inside(h, w, cell) | (label > 0)))
    print('/* clang-format on */')


main()
