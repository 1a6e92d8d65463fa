/** The page's charts, drawn when it is written: nothing is loaded or run for them. */
import { BarChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { toHtml } from './to-html.ts';

use([BarChart, GridComponent, MarkLineComponent, SVGRenderer]);

/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value as it stands at the bar's end. */
  readonly words: string;
}

/** A drawing scales as a whole, its letters too: so there is one for screens, and one for phones and paper. */
type Shape = 'wide' | 'narrow';
const shapes: Readonly<Record<Shape, { width: number; barHeight: number; bar: number; mostLabel: number }>> =
  {
    wide: { width: 560, barHeight: 26, bar: 16, mostLabel: 30 },
    narrow: { width: 330, barHeight: 38, bar: 12, mostLabel: 42 },
  };
// About the widest letter of the page's font at 13 pixels, on average.
const letter = 7.4;
// Of what a chart is drawn with, the page's style has the font.
const fontStyle = ' style="font-size:13px;font-family:inherit;"';

/**
 * A figure of horizontal bars, the first at the top; empty text where there is none.
 *
 * Colours are the page's own, so that they follow light and dark.
 *
 * @param quota is marked by a line across the bars
 */
export function barFigure(title: string, bars: readonly Bar[], quota?: number): string {
  if (bars.length === 0) return '';
  const alternative = bars.map(({ label, words }) => `${label}: ${words}`).join('; ');
  return `<figure><figcaption>${toHtml(title)}</figcaption><div role="img" aria-label="${toHtml(`${title}. ${alternative}`)}">${draw(bars, quota, 'wide')}${draw(bars, quota, 'narrow')}</div>${quota === undefined ? '' : `<p class="key">The dashed line is the quota of ${quota.toLocaleString('en')} images.</p>`}</figure>`;
}

function draw(bars: readonly Bar[], quota: number | undefined, shape: Shape): string {
  const { width, barHeight, bar, mostLabel } = shapes[shape];
  const isNarrow = shape === 'narrow';
  const labels = bars.map(({ label }) => short(label, mostLabel));
  const longest = Math.max(...labels.map(({ length }) => length));
  const most = Math.max(...bars.map(({ value }) => value), quota ?? 0);
  const text = { color: 'var(--ink)', fontSize: 13, fontFamily: 'inherit' };
  const chart = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width,
    height: bars.length * barHeight + 10,
  });
  chart.setOption({
    animation: false,
    grid: {
      left: isNarrow ? 0 : 14 + longest * letter,
      right: 12 + Math.max(...bars.map(({ words }) => words.length)) * letter,
      top: isNarrow ? 8 : 4,
      bottom: isNarrow ? 0 : 4,
    },
    // Sums of no more than nothing would have no scale.
    xAxis: { type: 'value', show: false, min: 0, max: Math.max(most, 1e-9) },
    yAxis: {
      type: 'category',
      inverse: true,
      data: labels,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: {
        ...text,
        interval: 0,
        // On a phone a name stands above its bar.
        ...(isNarrow ? { inside: true, margin: 0, verticalAlign: 'bottom', padding: [0, 0, 7, 0] } : {}),
      },
      z: 3,
    },
    series: [
      {
        type: 'bar',
        silent: true,
        barWidth: bar,
        itemStyle: { color: 'var(--bar)', borderRadius: 2 },
        data: bars.map(({ value, words }) => ({ value, label: { formatter: () => words } })),
        label: {
          ...text,
          show: true,
          position: 'right',
          textBorderColor: 'var(--paper)',
          textBorderWidth: 4,
        },
        ...(quota === undefined
          ? {}
          : {
              markLine: {
                silent: true,
                symbol: 'none',
                z: 1,
                label: { show: false },
                lineStyle: { color: 'var(--bad)', type: 'dashed', width: 1.5 },
                data: [{ xAxis: quota }],
              },
            }),
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return (
    svg
      .replaceAll(fontStyle, '')
      // Of a pointer over a bar, which does nothing here.
      .replaceAll(/<style\b[^>]*>.*?<\/style>| (?:class|ecmeta_\w+)="[^"]*"/gs, '')
      .replace('<svg ', `<svg class="${shape}" aria-hidden="true" `)
  );
}

function short(label: string, most: number): string {
  return label.length <= most ? label : `…${label.slice(1 - most)}`;
}
