/** Whether times that take minutes are waited for in full: `WORKSHOP_FULL_LENGTH=1`. */
export const isFullLength = process.env['WORKSHOP_FULL_LENGTH'] === '1'
