import { defineConfig } from '@adonisjs/core/http'
export const appKey = 'an-app-key-that-is-long-enough-32'
export const http = defineConfig({})
