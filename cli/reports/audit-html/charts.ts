/** The page's charts, drawn when it is written: nothing is loaded or run for them. */
import { BarChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { toHtml } from './to-html.ts';

use([BarChart, GridComponent, SVGRenderer]);

/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value as it stands at the bar's end. */
  readonly words: string;
}

const width = 640;
const barHeight = 26;
const mostLabel = 30;

/**
 * A figure of horizontal bars, the first at the top; empty text where there is none.
 *
 * Colours are the page's own, so that they follow light and dark.
 */
export function barFigure(title: string, bars: readonly Bar[]): string {
  if (bars.length === 0) return '';
  const height = bars.length * barHeight + 12;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({
    animation: false,
    grid: { left: labelWidth(bars), right: 165, top: 4, bottom: 4 },
    xAxis: { type: 'value', show: false, min: 0, max: (range: { max: number }) => Math.max(range.max, 1e-9) },
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map(({ label }) => short(label)),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { color: 'var(--ink)', fontSize: 13, fontFamily: 'inherit', interval: 0 },
    },
    series: [
      {
        type: 'bar',
        barWidth: '62%',
        itemStyle: { color: 'var(--bar)', borderRadius: 2 },
        data: bars.map(({ value, words }) => ({ value, label: { formatter: () => words } })),
        label: {
          show: true,
          position: 'right',
          color: 'var(--ink)',
          textBorderWidth: 0,
          fontSize: 13,
          fontFamily: 'inherit',
        },
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  const alternative = bars.map(({ label, words }) => `${label}: ${words}`).join('; ');
  return `<figure><figcaption>${toHtml(title)}</figcaption><div role="img" aria-label="${toHtml(`${title}. ${alternative}`)}">${svg}</div></figure>`;
}

/** What the longest label takes, in a font that nobody knows before the page is shown. */
function labelWidth(bars: readonly Bar[]): number {
  return 12 + Math.max(...bars.map(({ label }) => short(label).length)) * 8;
}

function short(label: string): string {
  return label.length <= mostLabel ? label : `…${label.slice(1 - mostLabel)}`;
}
