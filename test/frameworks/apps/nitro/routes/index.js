export default defineEventHandler(() => 'hello')
