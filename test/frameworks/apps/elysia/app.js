import { Elysia } from 'elysia'
import { addRoutes } from './routes.js'

export const app = addRoutes(new Elysia())
