import { parentPort } from 'node:worker_threads'
import { catalogers } from '../../core/inventory/catalogers.ts'
import { serveLayers } from './serve.ts'

if (!parentPort) throw new Error('worker.ts is started by pool.ts, as a worker thread')
serveLayers(parentPort, catalogers)
