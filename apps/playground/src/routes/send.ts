import { Router } from 'express';
import { refusal } from '../problem.js';
import { readBody } from '../request-input.js';
import { describeWays, type Ways } from '../ways.js';
import { sendRequestSchema, WAYS, type WayList } from '../wire/send.js';

export function sendRoutes({ ways }: { ways: Ways }): Router {
  const router = Router();

  router.get('/send/ways', async (_request, response) => {
    const list: WayList = { ways: await describeWays() };
    response.json(list);
  });

  router.post('/send/:way', async (request, response) => {
    const way = WAYS.find((each) => each === request.params.way);
    if (!way) throw refusal('not_found', { detail: `The delivery path must be one of ${WAYS.join(', ')}.` });
    const sent = await ways.send(way, readBody(sendRequestSchema, request));
    response.status(sent.receipt ? 200 : 202).json(sent);
  });
  return router;
}
