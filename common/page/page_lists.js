/*
 * page_lists.js - lists of cells: the gallery's choices, the cells behind a
 * number of the matrix, and links to the view of one cell (page_view.js)
 *
 * A cell's address is #cell/EXPERIMENT/ROW or #cell/EXPERIMENT/ROW/METHOD.
 * What it knows of cells is the JSON of page_cell.h.
 */
const lists = (function () {
    const {make, draw, labelled, choice, distinct} = page;
    const VERDICTS = ['missed', 'raised', 'wrong', 'right'];
    const MOST = 120;

    const data = JSON.parse(document.getElementById('cells').textContent);
    const experiments = data.experiments;
    const cells = experiments.map((x, e) => x.cells.map(c => ({
        e: e, row: c[0], verdict: c[1], is: c[2], called: c[3], set: c[4],
        p: c[5], calibrated: c[6], second: c[7]})));

    function percent(tenThousandths) {
        return (tenThousandths / 100).toFixed(1) + '\u00a0%';
    }

    function findCell(e, row) {
        return cells[e] && cells[e].find(c => c.row === row);
    }

    function className(cell, c) {
        return experiments[cell.e].classes[c];
    }

    function address(cell, method) {
        return '#cell/' + encodeURIComponent(experiments[cell.e].name) + '/' +
               cell.row + (method ? '/' + method : '');
    }

    /* The cell and method of an address, or null. */
    function parseAddress(hash) {
        const parts = hash.split('/');
        const e = parts[0] === '#cell' && parts.length > 2 ?
            experiments.findIndex(
                x => encodeURIComponent(x.name) === parts[1]) : -1;
        const cell = e >= 0 ? findCell(e, Number(parts[2])) : null;

        return cell ? {cell: cell, method: parts[3] || ''} : null;
    }

    function words(cell) {
        const is = className(cell, cell.is);

        if (cell.is === null)
            return 'called ' + className(cell, cell.called);
        return cell.is === cell.called ? is + ', called so' :
            is + ', called ' + className(cell, cell.called);
    }

    function hasPicture(row) {
        return data.cells[row] && data.cells[row].picture;
    }

    function picture(row, label) {
        const svg = draw('svg', {class: 'picture', role: 'img',
                                 viewBox: '0 0 ' + data.size.join(' '),
                                 'aria-label': label});

        svg.append(draw('use', {href: '#p' + row}));
        return svg;
    }

    /* --- links to cells -------------------------------------------------- */

    const walk = {cells: []}; /* that arrows go along */

    /* The cells shown in a list of figures. */
    function listOf(container) {
        return Array.from(container.querySelectorAll('[data-cell]'))
            .filter(f => !f.hidden).map(cellOfFigure).filter(c => c);
    }

    function cellOfFigure(figure) {
        const at = figure.getAttribute('data-cell').split('/').map(Number);

        return findCell(at[0], at[1]);
    }

    function linkFigure(figure) {
        const cell = cellOfFigure(figure);
        const shown = figure.querySelector('.panels, .picture, .nopicture');

        if (!cell || !shown)
            return;
        const link = make('a', {class: 'open', href: address(cell, '')});

        shown.replaceWith(link);
        link.append(shown);
        link.addEventListener('click', () => {
            walk.cells = listOf(figure.parentElement);
        });
    }

    function makeFigure(cell) {
        const figure = make('figure', {class: 'cell',
                                       'data-cell': cell.e + '/' + cell.row});
        const caption = make('figcaption', {}, className(cell, cell.is));

        figure.append(hasPicture(cell.row) ?
            picture(cell.row, words(cell)) :
            make('span', {class: 'nopicture'}, 'no picture'));
        if (cell.called !== cell.is)
            caption.append(make('br'), make('span', {class: 'wrong'},
                           'called ' + className(cell, cell.called)));
        if (cell.p.length)
            caption.append(' ' + percent(cell.p[cell.called]));
        figure.append(caption);
        return figure;
    }

    /* --- what is behind a number of the matrix --------------------------- */

    function cellsBehind(table, square) {
        const list = table.getAttribute('data-experiments').split(' ');
        const is = square.getAttribute('data-is');
        const called = square.getAttribute('data-called');

        return list.flatMap(e => cells[e].filter(
            c => className(c, c.is) === is &&
                 className(c, c.called) === called));
    }

    function showBehind(table, square, behind) {
        const found = cellsBehind(table, square);
        const of = Number(square.getAttribute('data-n'));
        const strip = make('div', {class: 'strip'});
        const title = make('h3', {tabindex: -1},
                           square.getAttribute('data-is') + ' called ' +
                           square.getAttribute('data-called') + ': ' + of);

        found.slice(0, MOST).forEach(c => strip.append(makeFigure(c)));
        strip.querySelectorAll('figure').forEach(linkFigure);
        behind.replaceChildren(title, strip);
        if (Math.min(found.length, MOST) < of)
            behind.append(make('p', {class: 'mute'},
                Math.min(found.length, MOST) + ' of them are shown.'));
        behind.hidden = false;
        title.focus();
    }

    function enhanceMatrix(table, number) {
        const behind = make('div', {class: 'behind', id: 'behind-' + number,
                                    hidden: ''});

        table.parentElement.after(behind);
        for (const square of table.querySelectorAll('td.square')) {
            if (square.getAttribute('data-n') === '0')
                continue;
            const button = make('button', {
                type: 'button', 'aria-expanded': 'false',
                'aria-controls': behind.id});

            button.append(make('span', {class: 'unseen'},
                'Show cells of ' + square.getAttribute('data-is') +
                ' called ' + square.getAttribute('data-called') + ': '),
                ...square.childNodes);
            button.addEventListener('click', () => {
                for (const b of table.querySelectorAll('button'))
                    b.setAttribute('aria-expanded', String(b === button));
                showBehind(table, square, behind);
            });
            square.append(button);
        }
    }

    /* --- gallery --------------------------------------------------------- */

    function methodName(method) {
        return data.methods[method] ? data.methods[method].name : method;
    }

    function opacityControl(change) {
        const slider = make('input', {type: 'range', min: 0, max: 100, step: 5,
                                      value: 60});

        slider.addEventListener('input', () => change(slider.value / 100));
        return slider;
    }

    /* What a person should not overlook of a picture, "raised refer". */
    function marksOf(figure) {
        return (figure.getAttribute('data-mark') || '').split(' ')
            .filter(Boolean);
    }

    function enhanceViewer(viewer) {
        const figures = Array.from(viewer.querySelectorAll('figure'));
        const methods = viewer.getAttribute('data-methods').split(' ')
            .filter(m => m);
        const count = make('output', {'aria-live': 'polite'});
        const method = make('select');
        const classes = choice('all', distinct(figures.map(
            f => f.getAttribute('data-class'))), filter);
        const verdicts = choice('all', VERDICTS.filter(v => figures.some(
            f => f.getAttribute('data-verdict') === v)), filter);
        const marks = choice('all', distinct(figures.flatMap(marksOf)),
                             filter);
        const tools = make('div', {class: 'tools'});

        function turn() {
            for (const svg of viewer.querySelectorAll('[data-maps]')) {
                const id = svg.getAttribute('data-maps').split(' ')
                    .map(m => m.split(':'))
                    .find(m => m[0] === method.value);
                const map = svg.querySelector('.map');

                if (map)
                    map.setAttribute('href', id ? '#' + id[1] : '');
            }
        }

        function filter() {
            let n = 0;

            for (const figure of figures) {
                const fits = (select, attribute) => !select.value ||
                    figure.getAttribute(attribute) === select.value;

                figure.hidden = !fits(classes, 'data-class') ||
                                !fits(verdicts, 'data-verdict') ||
                                marks.value &&
                                !marksOf(figure).includes(marks.value);
                n += figure.hidden ? 0 : 1;
            }
            count.value = n + ' of ' + figures.length + ' cells';
        }

        for (const m of methods)
            method.append(make('option', {value: m}, methodName(m)));
        method.addEventListener('change', turn);
        if (methods.length > 1)
            tools.append(labelled('Map', method));
        if (methods.length > 0)
            tools.append(labelled('Strength', opacityControl(
                v => viewer.style.setProperty('--strength', v))));
        tools.append(labelled('Class', classes));
        if (verdicts.length > 1)
            tools.append(labelled('Verdict', verdicts));
        if (marks.length > 1)
            tools.append(labelled('Marked', marks));
        tools.append(count);
        viewer.prepend(tools);
        filter();
    }

    document.querySelectorAll('table.matrix').forEach(enhanceMatrix);
    document.querySelectorAll('.viewer').forEach(enhanceViewer);
    document.querySelectorAll('[data-cell]').forEach(linkFigure);
    return {data: data, cells: cells, walk: walk, percent: percent,
            findCell: findCell, className: className, address: address,
            parseAddress: parseAddress, words: words, hasPicture: hasPicture,
            picture: picture, methodName: methodName,
            opacityControl: opacityControl};
}());
