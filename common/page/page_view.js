/*
 * page_view.js - the view of one cell: picture, maps, contours, what each
 * network says of it
 */
(function () {
    const {make, draw, labelled} = page;
    const {data, cells, walk, percent, findCell, className,
           address, parseAddress, words, hasPicture, picture, methodName,
           opacityControl} = lists;
    const experiments = data.experiments;

    /* A word that explains itself. */
    function term(id, text) {
        return make('a', {class: 'term', href: '#word-' + id}, text);
    }

    /* --- parts ----------------------------------------------------------- */

    const view = {dialog: null, cell: null, method: '', target: 0,
                  strength: 0.6, contours: true};

    function mapsOf(cell) {
        return experiments[cell.e].maps[cell.row] || [];
    }

    /* What speaks for the chosen class, [METHOD, id, sentences] each. */
    function mapList() {
        const all = mapsOf(view.cell);

        return all.length ? all[Math.min(view.target, all.length - 1)].of : [];
    }

    /* Why the cell has no maps, or no training cells nearest to it. */
    function whyMissing(what) {
        return (experiments[view.cell.e].missing || data.missing)[what];
    }

    function chosenMap() {
        const list = mapList();

        return view.method === 'none' ? null :
            list.find(m => m[0] === view.method) || list[0] || null;
    }

    function makeStage() {
        const cell = view.cell, map = chosenMap();
        const paths = (data.cells[cell.row] || {}).contours || [];
        const stage = picture(cell.row, words(cell) +
            (map ? ', under a map of ' + methodName(map[0]) : ''));

        stage.classList.add('stage');
        if (map)
            stage.append(draw('use', {class: 'map', href: '#' + map[1],
                                      filter: 'url(#heat)'}));
        paths.forEach((path, part) => {
            if (path && view.contours)
                stage.append(
                    draw('path', {class: 'contour under', d: path}),
                    draw('path', {class: 'contour part' + part, d: path}));
        });
        return stage;
    }

    function toggle(text, pressed, change) {
        const button = make('button', {type: 'button',
                                       'aria-pressed': String(pressed)}, text);

        button.addEventListener('click', change);
        return button;
    }

    function makeTargets() {
        const all = mapsOf(view.cell);
        const group = make('div', {class: 'tools', role: 'group',
                                   'aria-label': 'What speaks for'});

        if (all.length < 2)
            return '';
        group.append('What speaks for');
        all.forEach((m, i) => group.append(toggle(
            className(view.cell, m.target), i === view.target, () => {
                view.target = i;
                refresh('[aria-label="What speaks for"] [aria-pressed=true]');
            })));
        return group;
    }

    function makeMethods() {
        const map = chosenMap();
        const group = make('div', {class: 'tools methods', role: 'group',
                                   'aria-label': 'Map'});

        function choose(method) {
            view.method = method;
            history.replaceState(null, '', address(view.cell, method));
            refresh('.methods [aria-pressed=true]');
        }

        for (const m of mapList())
            group.append(toggle(methodName(m[0]), m === map,
                                () => choose(m[0])));
        group.append(toggle('No map', !map, () => choose('none')));
        return group;
    }

    function makeControls() {
        const tools = make('div', {class: 'tools'});
        const slider = opacityControl(v => {
            view.strength = v;
            view.dialog.style.setProperty('--strength', v);
        });

        slider.value = 100 * view.strength;
        if (chosenMap())
            tools.append(labelled('Strength of the map', slider));
        if ((data.cells[view.cell.row] || {}).contours)
            tools.append(toggle('Contours of nucleus and cytoplasm',
                                view.contours, () => {
                view.contours = !view.contours;
                refresh('.contours');
            }));
        const last = tools.lastElementChild;

        if (last && last.tagName === 'BUTTON')
            last.classList.add('contours');
        if ((data.cells[view.cell.row] || {}).segmented)
            tools.append(make('p', {class: 'mute'}, 'No contours came with ' +
                'this picture. These are of a segmentation that may be ' +
                'wrong: see whether they fit.'));
        return tools;
    }

    function makeMapWords() {
        const map = chosenMap(), box = make('div');

        if (!mapList().length)
            return make('p', {class: 'missing'},
                        experiments[view.cell.e].maps[view.cell.row] ?
                            data.missing.room : whyMissing('maps'));
        if (!map)
            return box;
        if (data.methods[map[0]].says)
            box.append(make('p', {}, methodName(map[0]) + ': ' +
                            data.methods[map[0]].says));
        for (const sentence of map[2])
            box.append(make('p', {class: 'fact'}, sentence));
        const bar = document.querySelector('.bar');

        if (bar)
            box.append(bar.cloneNode(true));
        return box;
    }

    function makeProbabilities() {
        const cell = view.cell, names = experiments[cell.e].classes;
        const calibrated = cell.calibrated.length > 0;
        const table = make('table', {class: 'probabilities'});
        const head = table.createTHead().insertRow();
        const first = [cell.second, cell.called]; /* of those as likely */
        const order = names.map((n, c) => c)
            .sort((a, b) => cell.p[b] - cell.p[a] ||
                            first.indexOf(b) - first.indexOf(a));
        const body = table.createTBody();

        for (const t of ['class', 'probability'])
            head.append(make('th', {scope: 'col'}, t));
        if (calibrated)
            head.appendChild(make('th', {scope: 'col'}))
                .append(term('temperature', 'calibrated'));
        order.forEach(c => {
            const row = body.insertRow(), said = make('th', {scope: 'row'});
            const marks = [];

            if (c === cell.called)
                marks.push('called');
            if (c === cell.is)
                marks.push('is');
            if (c === cell.second)
                marks.push('runner-up');
            said.append(names[c], ' ', make('span', {class: 'mute'},
                                            marks.join(', ')));
            row.append(said);
            const p = make('td', {class: 'num share'}, percent(cell.p[c]));

            p.style.setProperty('--share', cell.p[c] / 100 + '%');
            row.append(p);
            if (calibrated)
                row.append(make('td', {class: 'num'},
                                percent(cell.calibrated[c])));
        });
        return cell.p.length ? table :
            make('p', {class: 'missing'}, 'This vote gives no probabilities.');
    }

    /* The prediction set in words. */
    function makeSet() {
        const cell = view.cell;
        const promised = percent(10000 * data.coverage);

        if (cell.set === null)
            return make('p', {class: 'missing'},
                        'There are no prediction sets.');
        const names = cell.set.map(c => className(cell, c));
        const p = make('p');

        p.append(term('prediction_set', 'Prediction set'), ' (' + promised +
                 '): ' + (names.join(', ') || 'no class') + '. ');
        p.append(names.length === 1 ? 'One class: no referral.' :
            make('strong', {}, 'Refer: a person should look.'));
        return p;
    }

    /* The distance from the training cells in words. */
    function distanceWords(nearest) {
        const far = nearest.beyond >= 0.95;
        const p = make('p');

        p.append(term('distance', 'Distance from the training cells'), ': ' +
                 nearest.distance.toFixed(3));
        if (nearest.beyond === null)
            return p;
        p.append(', farther than ' + percent(10000 * nearest.beyond) +
                 ' of the validation cells. ');
        if (far)
            p.append(make('strong', {}, 'Unlike the training cells: what it ' +
                          'says here is a guess.'));
        return p;
    }

    function makeNearest() {
        const nearest = experiments[view.cell.e].nearest[view.cell.row];
        const box = make('div'), strip = make('div', {class: 'strip'});

        box.append(make('h3', {}, nearest && !nearest.cells.length ?
            'How far from the training cells' : 'The nearest training cells'));
        if (!nearest) {
            box.append(make('p', {class: 'missing'}, whyMissing('nearest')));
            return box;
        }
        for (const [row, is, distance] of nearest.cells) {
            const figure = make('figure', {class: 'near'});

            figure.append(hasPicture(row) ? picture(row, is) :
                make('span', {class: 'nopicture'}, 'no picture'),
                make('figcaption', {}, is + ' ' + distance.toFixed(3)));
            strip.append(figure);
        }
        box.append(distanceWords(nearest), strip);
        return box;
    }

    function makeFacts() {
        const box = make('div');

        for (const group of experiments[view.cell.e].facts[view.cell.row]) {
            const list = make('dl', {class: 'facts'});

            for (const fact of group[1]) {
                const pair = make('div');

                pair.append(make('dt', {}, fact[0]), make('dd', {}, fact[1]));
                list.append(pair);
            }
            box.append(make('h3', {}, group[0]), list);
        }
        return box;
    }

    /* What the other experiments say of the same cell. */
    function makeOthers() {
        const list = make('ul', {class: 'others'});
        let leftOut = false;

        experiments.forEach((x, e) => {
            const other = e === view.cell.e ? null :
                findCell(e, view.cell.row);

            leftOut = leftOut || e !== view.cell.e && !other && x.left_out;
            if (!other)
                return;
            const item = make('li');

            item.append(make('a', {href: address(other, '')}, x.name), ': ' +
                className(other, other.called), other.p.length ?
                ' ' + percent(other.p[other.called]) : '');
            list.append(item);
        });
        if (!list.children.length && !leftOut)
            return '';
        const box = make('div');

        box.append(make('h3', {}, 'Other experiments call it'), list);
        if (leftOut)
            box.append(make('p', {class: 'mute'}, 'Experiments that call it ' +
                            'right may be left out to keep the page small.'));
        return box;
    }

    /* --- all ------------------------------------------------------------- */

    function title(cell) {
        const is = className(cell, cell.is);

        if (cell.is === null)
            return 'Called ' + className(cell, cell.called);
        return cell.is === cell.called ? is + ', called right' :
            ['Missed: ', 'Raised: ', ''][Math.min(cell.verdict, 2)] + is +
            ', called ' + className(cell, cell.called);
    }

    function place() {
        return walk.cells.findIndex(c => c.e === view.cell.e &&
                                      c.row === view.cell.row);
    }

    function step(by) {
        const n = walk.cells.length, at = place();

        if (n < 2)
            return;
        const next = walk.cells[((at < 0 ? 0 : at + by) + n) % n];

        history.replaceState(null, '', address(next, view.method));
        show(next);
    }

    function iconButton(label, sign, action) {
        const button = make('button', {type: 'button', 'aria-label': label,
                                       title: label}, sign);

        button.addEventListener('click', action);
        return button;
    }

    function makeHead() {
        const head = make('div', {class: 'view-head'});
        const buttons = make('div', {class: 'view-buttons'});
        const cell = view.cell;
        const named = cell.is === null ? cell.called : cell.is;
        const says = (data.classes[className(cell, named)] || {}).says;
        const file = (data.cells[cell.row] || {}).file;

        buttons.append(iconButton('Previous cell', '\u2190', () => step(-1)),
                       iconButton('Next cell', '\u2192', () => step(1)),
                       iconButton('Close', '\u00d7',
                                  () => view.dialog.close()));
        head.append(make('h2', {id: 'view-title', tabindex: -1},
                         title(cell)), buttons);
        head.append(make('p', {class: 'mute'}, (file || 'cell ' + cell.row +
            ' of ' + experiments[cell.e].name) + ', ' +
            (place() + 1) + ' of ' + walk.cells.length +
            (says ? '. ' + says : '')));
        return head;
    }

    function refresh(focus) {
        const left = make('div', {class: 'view-left'});
        const right = make('div', {class: 'view-right'});
        const body = make('div', {class: 'view-body'});

        left.append(hasPicture(view.cell.row) ? makeStage() :
            make('p', {class: 'missing'}, 'The picture is left out to keep ' +
                 'the page small.'));
        left.append(makeMethods(), makeTargets(), makeControls(),
                    makeMapWords());
        right.append(make('h3', {}, 'What it says'), makeProbabilities(),
                     makeSet(), makeNearest(), makeFacts(), makeOthers());
        body.append(left, right);
        view.dialog.style.setProperty('--strength', view.strength);
        view.dialog.replaceChildren(makeHead(), body);
        const wanted = focus && view.dialog.querySelector(focus);

        (wanted || view.dialog.querySelector('h2')).focus();
    }

    function show(cell) {
        view.cell = cell;
        view.target = 0;
        if (place() < 0)
            walk.cells = cells[cell.e];
        if (!view.dialog.open)
            view.dialog.showModal();
        refresh('');
        view.dialog.scrollTop = 0;
    }

    function closed() {
        const link = document.querySelector(
            '[data-cell="' + view.cell.e + '/' + view.cell.row + '"] a.open');

        if (location.hash.startsWith('#cell/'))
            history.replaceState(null, '', location.pathname +
                                 location.search);
        if (document.activeElement === document.body && link)
            link.focus();
    }

    /* Arrows walk along the cells, but where they move a control. */
    function key(event) {
        const by = {ArrowLeft: -1, ArrowRight: 1}[event.key];

        if (!by || event.target.tagName === 'INPUT' || event.altKey ||
            event.ctrlKey || event.metaKey)
            return;
        event.preventDefault();
        step(by);
    }

    function follow() {
        const at = parseAddress(location.hash);

        if (at) {
            view.method = at.method || view.method;
            show(at.cell);
        } else if (view.dialog.open) {
            view.dialog.close();
        }
    }

    function makeView() {
        view.dialog = make('dialog', {id: 'view',
                                      'aria-labelledby': 'view-title'});
        view.dialog.addEventListener('close', closed);
        view.dialog.addEventListener('keydown', key);
        view.dialog.addEventListener('click', event => {
            if (event.target === view.dialog)
                view.dialog.close();
        });
        document.body.append(view.dialog);
        addEventListener('hashchange', follow);
    }

    makeView();
    follow();
}());
