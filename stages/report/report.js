/*
 * report.js - what the page can do where scripts run: tables that sort and
 * filter and give their rows as CSV, and the gallery's slider and filters
 *
 * Everything is in the page without it.  Controls are made here, so that none
 * is shown that does not work.
 */
'use strict';

(function () {
    function make(tag, attributes, text) {
        const e = document.createElement(tag);

        for (const name of Object.keys(attributes || {}))
            e.setAttribute(name, attributes[name]);
        if (text !== undefined)
            e.textContent = text;
        return e;
    }

    function labelled(text, control) {
        const label = make('label', {}, text);

        label.append(control);
        return label;
    }

    /* A choice among words; 'all' stands for no choice. */
    function choice(all, words, change) {
        const select = make('select');

        select.append(make('option', {value: ''}, all));
        for (const word of words)
            select.append(make('option', {value: word}, word));
        select.addEventListener('change', change);
        return select;
    }

    function distinct(list) {
        return Array.from(new Set(list)).sort();
    }

    /* --- tables ---------------------------------------------------------- */

    function cell(row, column) {
        const c = row.cells[column];

        return c ? c.textContent.trim() : '';
    }

    /* Numbers by value, those that are none last in either direction. */
    function compare(a, b, numeric, sign) {
        if (!numeric)
            return sign * a.localeCompare(b, 'en', {numeric: true});
        const x = parseFloat(a), y = parseFloat(b);

        if (isNaN(x) || isNaN(y))
            return (isNaN(x) ? 1 : 0) - (isNaN(y) ? 1 : 0);
        return sign * (x - y);
    }

    function sort(table, th, column) {
        const body = table.tBodies[0], numeric = th.classList.contains('num');
        const first = numeric ? 'descending' : 'ascending';
        const second = numeric ? 'ascending' : 'descending';
        const way = th.getAttribute('aria-sort') === first ? second : first;
        const sign = way === 'ascending' ? 1 : -1;
        const rows = Array.from(body.rows);

        rows.sort((a, b) => compare(cell(a, column), cell(b, column), numeric,
                                    sign));
        for (const other of th.parentNode.cells)
            other.removeAttribute('aria-sort');
        th.setAttribute('aria-sort', way);
        body.append(...rows);
    }

    function makeSortable(table) {
        Array.from(table.tHead.rows[0].cells).forEach((th, column) => {
            const button = make('button', {type: 'button'}, th.textContent);

            button.addEventListener('click', () => sort(table, th, column));
            th.replaceChildren(button);
        });
    }

    function quote(text) {
        return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' :
                                     text;
    }

    /* The rows that are shown, as they are shown. */
    function csv(table) {
        return Array.from(table.rows).filter(row => !row.hidden)
            .map(row => Array.from(row.cells)
                .map(c => quote(c.textContent.trim())).join(',') + '\n')
            .join('');
    }

    function makeDownload(table, tools) {
        const link = make('a', {href: '#', download: 'table.csv'},
                          'These rows as CSV');

        link.addEventListener('click', () => {
            link.href = 'data:text/csv;charset=utf-8,' +
                        encodeURIComponent(csv(table));
        });
        tools.append(link);
    }

    function makeFilter(table, tools) {
        const rows = Array.from(table.tBodies[0].rows);
        const count = make('output', {'aria-live': 'polite'});
        const search = make('input', {type: 'search', size: 16});
        const picks = [];

        function show() {
            const text = search.value.trim().toLowerCase();
            let n = 0;

            for (const row of rows) {
                const picked = picks.every(p => !p.select.value ||
                    cell(row, p.column) === p.select.value);

                row.hidden = !picked ||
                    !row.textContent.toLowerCase().includes(text);
                n += row.hidden ? 0 : 1;
            }
            count.value = n + ' of ' + rows.length + ' rows';
        }

        search.addEventListener('input', show);
        tools.append(labelled('Filter', search));
        Array.from(table.tHead.rows[0].cells).forEach((th, column) => {
            if (!th.hasAttribute('data-pick'))
                return;
            const words = distinct(rows.map(row => cell(row, column)));
            const select = choice('any', words.filter(w => w), show);

            if (words.includes(th.getAttribute('data-pick')))
                select.value = th.getAttribute('data-pick');
            picks.push({column: column, select: select});
            tools.append(labelled(th.textContent, select));
        });
        tools.append(count);
        show();
    }

    function enhance(table) {
        const tools = make('div', {class: 'tools'});

        if (table.hasAttribute('data-filter'))
            makeFilter(table, tools);
        makeDownload(table, tools);
        makeSortable(table);
        table.parentNode.before(tools);
    }

    /* --- gallery --------------------------------------------------------- */

    function enhanceViewer(viewer) {
        const stops = viewer.getAttribute('data-stops').split(' ');
        const figures = Array.from(viewer.querySelectorAll('figure'));
        const slider = make('input', {type: 'range', min: 0, step: 1,
                                      max: stops.length - 1, value: 0});
        const name = make('output', {'aria-live': 'polite'});
        const count = make('output', {'aria-live': 'polite'});
        const classes = choice('all', distinct(figures.map(
            f => f.getAttribute('data-class'))), filter);
        const verdicts = choice('all', ['right', 'wrong'], filter);
        const tools = make('div', {class: 'tools'});

        /* What a cell lacks of a stop, its last picture stands for. */
        function turn() {
            const stop = stops[Number(slider.value)];

            for (const figure of figures) {
                const parts = Array.from(
                    figure.querySelectorAll('[data-stop]'));
                const has = parts.some(
                    p => p.getAttribute('data-stop') === stop);

                for (const p of parts)
                    p.hidden = p.getAttribute('data-stop') !==
                               (has ? stop : 'all');
            }
            for (const g of viewer.querySelectorAll('.gallery'))
                g.classList.toggle('side', stop === 'all');
            name.value = stop === 'all' ? 'all side by side' : stop;
            slider.setAttribute('aria-valuetext', name.value);
        }

        function filter() {
            let n = 0;

            for (const figure of figures) {
                const fits = (select, attribute) => !select.value ||
                    figure.getAttribute(attribute) === select.value;

                figure.hidden = !fits(classes, 'data-class') ||
                                !fits(verdicts, 'data-verdict');
                n += figure.hidden ? 0 : 1;
            }
            for (const group of viewer.querySelectorAll('[data-group]'))
                group.hidden = !group.querySelector('figure:not([hidden])');
            count.value = n + ' of ' + figures.length + ' pictures';
        }

        slider.addEventListener('input', turn);
        if (stops.length > 1)
            tools.append(labelled('Explainer', slider), name);
        tools.append(labelled('Class', classes), labelled('Verdict', verdicts),
                     count);
        viewer.prepend(tools);
        turn();
        filter();
    }

    document.querySelectorAll('table.sortable').forEach(enhance);
    document.querySelectorAll('[data-stops]').forEach(enhanceViewer);
}());
