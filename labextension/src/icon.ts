import { LabIcon } from '@jupyterlab/ui-components';

/** A sage leaf. */
export const icon = new LabIcon({
  name: '@sagewarden/labextension:leaf',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <path class="jp-icon3" fill="#616161" fill-rule="evenodd" d="M20.5 3C11 3 4 7.200 4 14c0 1.500.4 2.900 1.100 4.100L3 20.200 4.400 21.600l2.100-2.100C7.700 20.400 9.200 21 11 21c6.800 0 9.800-8 9.500-18ZM11 19c-1.200 0-2.200-.3-3-.9l7.200-7.200-1.400-1.400-7.200 7.100C6.200 15.800 6 15 6 14c0-5 5-8.400 12.500-8.900C18.300 13 15.700 19 11 19Z"/>
</svg>`
});
