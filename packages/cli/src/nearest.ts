export { nearest } from '@clustered/core/options'
