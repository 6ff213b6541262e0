import { describe, expect, it } from 'vitest'
import { readErrorBody } from './error-body.ts'

describe('reading the error envelopes of the platform', () => {
  it.for([
    [
      'the usual one, with its request id',
      '{"error_code":"RESOURCE_ALREADY_EXISTS","message":"exists","details":[{"@type":"x","request_id":"r-1"}]}',
      { code: 'RESOURCE_ALREADY_EXISTS', message: 'exists', requestId: 'r-1' },
    ],
    ['an integer code', '{"error_code":403,"message":"Invalid access token."}', { code: '403' }],
    ['API 1.2', '{"error":"no such thing here"}', { code: 'HTTP_400', message: 'no such thing here' }],
    ['SCIM', '{"schemas":[],"detail":"no user","status":"404"}', { code: 'SCIM_404', message: 'no user' }],
    ['OAuth', '{"error":"invalid_client","error_description":"bad"}', { code: 'invalid_client', message: 'bad' }],
    ['code and text', 'PERMISSION_DENIED: not you', { code: 'PERMISSION_DENIED', message: 'not you' }],
    ['an HTML page', '<html><pre>Invalid access token.</pre></html>', { message: 'Invalid access token.' }],
    ['nothing', '', { code: 'HTTP_400', message: 'HTTP status 400 without a message' }],
    ['half an answer', '{"error_co', { code: 'HTTP_400' }],
  ] as const)('%s', ([, text, wanted]) => {
    expect(readErrorBody(400, text)).toMatchObject(wanted)
  })
})
