// Lets the npm package `vnpay` judge messages: cases come in as JSON, judgements go out as JSON.
import { VNPay } from "vnpay";

let text = "";
for await (const part of process.stdin) text += part;
const { merchant, secret, payAddresses, callbacks, queries, refunds } = JSON.parse(text);
const vnpay = new VNPay({
  tmnCode: merchant,
  secureSecret: secret,
  vnpayHost: "https://pay.example",
  queryDrAndRefundHost: "https://pay.example",
  testMode: false,
  enableLog: false,
});

// Sends nothing: keeps what would be sent and answers with what the case holds.
async function heard(answer, act) {
  let sent;
  globalThis.fetch = async (_, options) => {
    sent = JSON.parse(options.body);
    return new Response(JSON.stringify(answer), { status: 200 });
  };
  const result = await act();
  return { sent, isVerified: result.isVerified };
}

const judged = {
  payAddresses: payAddresses.map((fields) => {
    const { vnp_SecureHash, vnp_Amount, ...rest } = fields;
    return vnpay.buildPaymentUrl({ ...rest, vnp_Amount: Number(vnp_Amount) / 100 });
  }),
  callbacks: callbacks.map(
    (query) => vnpay.verifyIpnCall(Object.fromEntries(new URLSearchParams(query))).isVerified,
  ),
  queries: [],
  refunds: [],
};
for (const { request, answer } of queries) {
  const { vnp_SecureHash, vnp_Command, vnp_TmnCode, ...rest } = request;
  judged.queries.push(await heard(answer, () => vnpay.queryDr(rest)));
}
for (const { request, answer } of refunds) {
  const { vnp_SecureHash, vnp_Command, vnp_TmnCode, vnp_Amount, ...rest } = request;
  judged.refunds.push(
    await heard(answer, () => vnpay.refund({ ...rest, vnp_Amount: Number(vnp_Amount) / 100 })),
  );
}
process.stdout.write(JSON.stringify(judged));
