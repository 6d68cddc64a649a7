/*
 * report_curves.js - values of training curves at an epoch, by a slider or
 * where the pointer is
 */
(function () {
    const {make, draw, labelled} = page;

    function numbers(g, name) {
        return g.getAttribute('data-' + name).split(' ').map(Number);
    }

    function shown(g, value) {
        return isNaN(value) ? '\u2013' :
            g.getAttribute('data-percent') === '1' ?
                (100 * value).toFixed(1) + '\u00a0%' : String(value);
    }

    /* A line at epoch number 'i'. */
    function cross(g, i) {
        const area = numbers(g, 'area'), range = numbers(g, 'range');
        const x = area[0] + area[2] *
            (numbers(g, 'epoch')[i] - range[0]) / (range[1] - range[0]);
        const line = g.firstElementChild || g.appendChild(
            draw('line', {class: 'pl-cross'}));

        line.setAttribute('x1', x);
        line.setAttribute('x2', x);
        line.setAttribute('y1', area[1]);
        line.setAttribute('y2', area[1] + area[3]);
    }

    /* The epoch number under the pointer. */
    function under(g, event) {
        const svg = g.ownerSVGElement, box = svg.getBoundingClientRect();
        const x = (event.clientX - box.left) * svg.viewBox.baseVal.width /
                  box.width;
        const area = numbers(g, 'area'), n = numbers(g, 'epoch').length;

        return Math.max(0, Math.min(n - 1, Math.round(
            (x - area[0]) / area[2] * (n - 1))));
    }

    function enhance(charts) {
        const panels = Array.from(charts.querySelectorAll('.pl-points'));

        if (!panels.length || numbers(panels[0], 'epoch').length < 2)
            return;
        const n = numbers(panels[0], 'epoch').length;
        const slider = make('input', {type: 'range', min: 0, max: n - 1,
                                      step: 1, value: n - 1});
        const says = make('output', {'aria-live': 'polite'});
        const tools = make('div', {class: 'tools'});

        function turn() {
            const i = Number(slider.value);

            panels.forEach(g => cross(g, i));
            says.value = 'epoch ' + numbers(panels[0], 'epoch')[i] + ': ' +
                panels.map((g, which) => (which ? 'accuracy ' : 'loss ') +
                    'in training ' + shown(g, numbers(g, 'training')[i]) +
                    ', validation ' + shown(g, numbers(g, 'validation')[i]))
                .join('; ');
            slider.setAttribute('aria-valuetext', says.value);
        }

        slider.addEventListener('input', turn);
        for (const g of panels)
            g.ownerSVGElement.addEventListener('pointermove', event => {
                slider.value = under(g, event);
                turn();
            });
        tools.append(labelled('Epoch', slider), says);
        charts.after(tools);
        turn();
    }

    document.querySelectorAll('.charts').forEach(enhance);
}());
