/*
 * page.js - what the page can do where scripts run: tables that sort and
 * filter and give their rows as CSV, words that explain themselves; what
 * page_view.js shares with it
 *
 * All text and figures are in the page without it.  Controls are made here, so
 * that none is shown that does not work.
 */
'use strict';

const page = (function () {
    const SVG = 'http://www.w3.org/2000/svg';

    function make(tag, attributes, text) {
        const e = document.createElement(tag);

        for (const name of Object.keys(attributes || {}))
            e.setAttribute(name, attributes[name]);
        if (text !== undefined)
            e.textContent = text;
        return e;
    }

    /* The same in SVG. */
    function draw(tag, attributes) {
        const e = document.createElementNS(SVG, tag);

        for (const name of Object.keys(attributes || {}))
            e.setAttribute(name, attributes[name]);
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
            const word = th.querySelector('a.term');
            const button = word ?
                make('button', {type: 'button', class: 'arrow',
                                'aria-label': 'Sort by ' + th.textContent}) :
                make('button', {type: 'button'}, th.textContent);

            button.addEventListener('click', () => sort(table, th, column));
            if (word)
                th.append(button);
            else
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

    document.querySelectorAll('table.sortable').forEach(enhance);

    /* --- words ----------------------------------------------------------- */

    const tip = make('div', {id: 'tip', role: 'tooltip', hidden: ''});
    let shownFor = null;

    function hideTip() {
        if (shownFor)
            shownFor.removeAttribute('aria-describedby');
        shownFor = null;
        tip.hidden = true;
    }

    /* Below the word, or above it where there is no room. */
    function placeTip(word) {
        const at = word.getBoundingClientRect();
        const width = tip.offsetWidth, height = tip.offsetHeight;
        const left = Math.max(8, Math.min(at.left, innerWidth - width - 8));
        const below = at.bottom + 6;
        const top = below + height > innerHeight ? at.top - height - 6 : below;

        tip.style.left = left + 'px';
        tip.style.top = Math.max(8, top) + 'px';
    }

    function showTip(word) {
        const entry = document.querySelector(word.getAttribute('href'));

        if (!entry)
            return;
        hideTip();
        (word.closest('dialog') || document.body).append(tip);
        tip.replaceChildren(make('strong', {},
                                 entry.querySelector('dt').textContent), ' ',
                            entry.querySelector('dd').textContent);
        tip.hidden = false;
        placeTip(word);
        word.setAttribute('aria-describedby', 'tip');
        shownFor = word;
    }

    function termOf(event) {
        return event.target.closest ? event.target.closest('a.term') : null;
    }

    document.addEventListener('mouseover', event => {
        const word = termOf(event);

        if (word && word !== shownFor)
            showTip(word);
        else if (!word && !tip.contains(event.target))
            hideTip();
    });
    document.addEventListener('focusin', event => {
        const word = termOf(event);

        if (word)
            showTip(word);
        else
            hideTip();
    });
    document.addEventListener('click', event => {
        const word = termOf(event);

        if (!word)
            return;
        event.preventDefault();
        showTip(word);
    });
    document.addEventListener('keydown', event => {
        if (event.key !== 'Escape' || tip.hidden)
            return;
        event.preventDefault();
        hideTip();
    });
    addEventListener('scroll', () => shownFor && placeTip(shownFor),
                     {passive: true, capture: true});
    document.body.append(tip);

    return {make: make, draw: draw, labelled: labelled, choice: choice,
            distinct: distinct};
}());
