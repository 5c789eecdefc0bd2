// Applications of a family: from nothing to certified at midnight, wrong input, another device, refused, in review, withdrawn.
import { type Page } from '@playwright/test';
import { expectAccessible } from '../fixtures/axe';
import { another, change, demoPassword, newFamily, send, stranger } from '../fixtures/people';
import { picture } from '../fixtures/picture';
import { expect, testThroughTime as test } from '../fixtures/server';
import { Door } from '../pages/accounts.page';
import { Family } from '../pages/families.page';
import { Frame, tick } from '../pages/frame.page';

const words = (ja: string, easy: string, en: string) => ({ ja, easy, en });
const forest = words('森のひろば 利用登録', '[森|もり]の ひろばの [登録|とうろく]', 'Forest playroom: registration');
const enrolled = 'お子さんは、いま保育所などに在籍していますか。';
const boots = '長ぐつを持っていますか。';
const wish = 'ひろばに伝えたいことがありますか。';

/** A procedure that asks one question only of some, one that may be left out, and decides without a proof of the residence. */
const procedure = {
  key: 'forest',
  valid_from: '2027-01-18',
  name: forest,
  summary: words('森で遊ぶひろばの登録です。', '[森|もり]で [遊|あそ]びます。', 'For playing in the forest.'),
  terms: {
    effect: {
      kind: 'certify',
      programme: 'open_nursery',
      validity: { ages: { from_months: 6, until: { kind: 'under_years', years: 3 } }, ahead_days: 60 },
    },
    questions: [
      {
        key: 'forest_enrolled',
        text: words(enrolled, '[保育園|ほいくえん]などに [入|はい]っていますか。', 'Is the child enrolled in a nursery?'),
        hint: words('一時預かりだけなら「いいえ」です。', '[一時|いちじ][預|あず]かりだけなら「いいえ」です。', 'Temporary care alone is “no”.'),
        required: true,
        answer: { kind: 'yes_no' },
      },
      {
        key: 'boots',
        text: words(boots, 'ながぐつが ありますか。', 'Does the child have boots?'),
        required: true,
        answer: { kind: 'yes_no' },
        when: { kind: 'known', key: 'forest_enrolled', values: ['no'], yes: forest, no: forest },
      },
      { key: 'wish', text: words(wish, '[伝|つた]えたいことが ありますか。', 'Is there anything we should know?'), answer: { kind: 'text' } },
    ],
    declarations: [{ key: 'true', name: words('申請の内容は事実と相違ありません。', '[書|か]いたことは [本当|ほんとう]です。', 'What I state is true.') }],
    rule: {
      kind: 'known',
      key: 'forest_enrolled',
      values: ['no'],
      yes: words('保育所などに在籍していません。', '[保育園|ほいくえん]などに [入|はい]っていません。', 'The child is not enrolled.'),
      no: words('保育所などに在籍しています。', '[保育園|ほいくえん]などに [入|はい]っています。', 'The child is enrolled.'),
      source: words('ひろば要綱 第2条', 'ひろばの きまり 2', 'Outline, article 2'),
    },
    target_days: 5,
    notice: {
      issuer: '米子市長',
      granted_title: '利用承認通知書',
      granted: '承認しました。',
      refused_title: '利用不承認通知書',
      refused: '承認しません。',
      objection: 'この決定に不服があるときは、3か月以内に米子市長に対して審査請求をすることができます。',
      contact: '米子市 こども窓口（デモ）',
    },
  },
};

class Applications {
  readonly frame: Frame;

  constructor(readonly page: Page) {
    this.frame = new Frame(page);
  }

  async at(title: string): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1, name: title })).toBeVisible();
    await expect(this.page.locator('.skeleton')).toHaveCount(0);
  }

  /** The page was reached by a press: its heading has the focus. */
  async cameTo(title: string): Promise<void> {
    await this.at(title);
    await expect(this.page.getByRole('heading', { level: 1, name: title })).toBeFocused();
  }

  button(name: string) {
    return this.page.getByRole('button', { name, exact: true });
  }

  link(name: string | RegExp) {
    return this.page.getByRole('main').getByRole('link', { name });
  }

  async choose(question: string, answer: string): Promise<void> {
    await tick(this.page.getByRole('group', { name: question }).getByRole('radio', { name: answer }));
  }

  async answer(question: string, answer: string): Promise<void> {
    await this.choose(question, answer);
    await this.button('次へ').click();
  }
}

test('from nothing to certified at midnight, with a wrong turn and another device', async ({ page, browser, house }) => {
  test.setTimeout(240_000);
  await change(browser, { kind: 'procedure', version: procedure });
  await house.at('2027-01-19T00:00:20+09:00', page);
  const face = new Applications(page);
  const person = stranger();

  // Nobody yet: the way leads through registering, and comes back.
  await face.frame.open('/applications');
  await new Door(page).toRegister();
  await new Door(page).register('米子市', person);
  await face.at('手続き');
  await expect(page.getByText('お子さんを登録すると、申請できます。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'applications-empty');
  await face.link('お子さんを登録する').click();
  const child = { name: '弓浜 みなと', kana: 'ゆみはま みなと', born: { year: '2025', month: '3', day: '10' } };
  await new Family(page).fillChild(child);
  await new Family(page).register();
  await face.at('手続き');
  await expectAccessible(page);
  await picture(page, 'applications-offers');

  const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: forest.ja }) });
  await card.getByRole('link', { name: /申請する/ }).first().click();
  await face.cameTo(forest.ja);
  await expect(page.getByRole('radio', { name: /弓浜 みなと/ })).toBeChecked();
  await expectAccessible(page);
  await picture(page, 'application-start');
  await face.button('申請を始める').click();

  // One question a page; nothing chosen is told, and nothing is lost.
  await face.cameTo(enrolled);
  await expect(page.getByText('質問 1／2')).toBeVisible();
  await face.button('次へ').click();
  await expect(page.getByRole('link', { name: `「${enrolled}」に答えてください。` })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'application-question-error');
  await face.answer(enrolled, 'いいえ');
  await face.cameTo(boots);
  await expect(page.getByText('質問 2／3')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'application-question');
  await page.goBack();
  await face.at(enrolled);
  await expect(page.getByRole('radio', { name: 'いいえ' })).toBeChecked();
  await face.button('次へ').click();
  await face.at(boots);

  // Later, on another device.
  const other = await another(browser);
  await other.clock.setFixedTime(new Date('2027-01-19T00:01:00+09:00'));
  const there = new Applications(other);
  await new Door(other).signedIn(person);
  await there.frame.open('/applications');
  await there.at('手続き');
  await picture(other, 'applications-draft');
  await there.link(new RegExp(`${forest.ja}\\s*弓浜 みなと`)).click();
  await there.cameTo(boots);
  await there.answer(boots, 'はい');
  await there.cameTo(wish);
  // The first device is behind: it is told, and what was chosen there stays.
  await face.choose(boots, 'いいえ');
  await face.button('次へ').click();
  await expect(page.getByText('ほかの画面で内容が変わりました')).toBeVisible();
  await expect(page.getByRole('radio', { name: 'いいえ' })).toBeChecked();
  await face.button('次へ').click();
  await face.cameTo(wish);
  await face.button('次へ').click();

  await face.cameTo('内容の確認');
  await expect(page.getByText('申請するとすぐに認められます')).toBeVisible();
  await expect(page.getByText('弓浜 みどり', { exact: true })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'application-check');
  await face.link(new RegExp(`^変更\\s*：\\s*${boots}$`)).click();
  await face.cameTo(boots);
  await face.answer(boots, 'はい');
  await face.cameTo('内容の確認');
  await face.button('この内容で申請する').click();
  await expect(page.getByRole('link', { name: '確認のうえ、チェックを入れてください。' })).toBeVisible();
  await tick(page.getByRole('checkbox', { name: /事実と相違ありません/ }));
  await face.button('この内容で申請する').click();

  await face.at('認定されました');
  await expect(page.getByText('今日から利用できます。')).toBeVisible();
  await expect(page.getByText('2027年1月19日（火）から2028年3月8日（水）まで')).toBeVisible();
  await expect(page.getByText('ひろば要綱 第2条').first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'application-granted');
  await expect(face.link('空きをさがす')).toHaveAttribute('href', /programme=open_nursery/);
  await face.link('手続きの一覧へ').click();
  await face.at('手続き');
  await expect(page.getByText('受けている認定')).toBeVisible();
  await expect(page.getByText(/すでに認定を受けています/).first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'applications-held');
});

test('a photograph goes along, a person looks at it, and the letter of the decision is read and kept', async ({ page, browser, house: _ }) => {
  test.setTimeout(180_000);
  await newFamily(page.request);
  const face = new Applications(page);
  await face.frame.open('/applications/new/fee_relief');
  await face.at('利用料の減免申請');
  await face.button('申請を始める').click();
  await page.getByRole('textbox', { name: '市町村民税の所得割額' }).fill('50000');
  await face.button('次へ').click();
  await face.cameTo('内容の確認');
  // What is no picture is told, and nothing is lost.
  const file = page.locator('input[type=file]');
  await file.setInputFiles({ name: 'memo.pdf', mimeType: 'application/pdf', buffer: Buffer.from('これはPDFではありません。') });
  await expect(page.getByRole('alert')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'application-document-refused');
  await file.setInputFiles({ name: '証明書.png', mimeType: 'image/png', buffer: await page.screenshot() });
  await expect(page.getByRole('link', { name: /証明書.*png/ })).toBeVisible();
  await expect(page.getByText(/証明書.*png/)).toHaveCount(1);
  await expectAccessible(page);
  await picture(page, 'application-document');
  await tick(page.getByRole('checkbox', { name: /事実と相違ありません/ }));
  await picture(page, 'application-check-review');
  await face.button('この内容で申請する').click();
  await face.at('申請を受け付けました');
  await expect(page.getByText('課税証明書の金額を確認してください。')).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'application-in-review');

  // One officer proposes to refuse it, another decides so.
  const id = page.url().split('/').at(-1)!;
  const decision = { grants: false, words: '証明書の年度が違います。' };
  for (const [email, verb, data] of [
    ['office.yonago@example.jp', 'decide', decision],
    ['office2.yonago@example.jp', 'check', { confirms: true }],
  ] as const) {
    const { request } = await another(browser);
    await send(request, '/auth/login', { email, password: demoPassword });
    const { application } = await (await request.get(`/api/v1/office/applications/${id}`)).json();
    const headers = { 'If-Match': `"v${application.version}"`, 'Idempotency-Key': crypto.randomUUID() };
    const done = await request.post(`/api/v1/office/applications/${id}/${verb}`, { data, headers });
    expect(done.ok(), await done.text()).toBe(true);
  }
  await page.reload();
  await face.at('認められませんでした');
  await expect(page.getByText('証明書の年度が違います。')).toBeVisible();
  await face.link('決定の通知書').click();
  await face.cameTo('決定の通知書');
  await expect(page.getByText(/審査請求/)).toBeVisible();
  await expect(page.getByText('証明書の年度が違います。')).toBeVisible();
  // What was still open is no reason of the decision.
  await expect(page.getByText(/まだ確認できていません/)).toHaveCount(0);
  await expectAccessible(page);
  await picture(page, 'letter');
  const kept = page.waitForEvent('download');
  await page.getByRole('link', { name: 'PDFを保存' }).click();
  const paper = await (await kept).createReadStream();
  const head: Buffer = await new Promise((resolve) => paper.once('data', resolve));
  expect(head.subarray(0, 5).toString()).toBe('%PDF-');
});

test('refused with the reason, and again; withdrawn', async ({ page, browser }) => {
  test.setTimeout(180_000);
  await change(browser, { kind: 'procedure', version: procedure });
  const child = await newFamily(page.request);
  const face = new Applications(page);
  await face.frame.open(`/applications/new/forest?child=${child.id}`);
  await face.button('申請を始める').click();
  await face.cameTo(enrolled);
  await face.answer(enrolled, 'はい');
  // Nobody who is enrolled is asked for boots.
  await face.cameTo(wish);
  await page.getByRole('textbox', { name: wish }).fill('花粉症です。');
  await face.button('次へ').click();
  await face.cameTo('内容の確認');
  await expect(page.getByText('この内容では認められません')).toBeVisible();
  await picture(page, 'application-check-refused');
  await tick(page.getByRole('checkbox', { name: /事実と相違ありません/ }));
  await face.button('この内容で申請する').click();
  await face.at('認められませんでした');
  await expect(page.getByText('保育所などに在籍しています。')).toBeVisible();
  await expect(page.getByText(/審査請求/)).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'application-refused');

  await face.link('もう一度申請する').click();
  await face.button('申請を始める').click();
  await face.cameTo(enrolled);
  await face.answer(enrolled, 'いいえ');
  await face.answer(boots, 'はい');
  await face.button('次へ').click();
  await face.cameTo('内容の確認');
  await face.button('入力をやめて消す').click();
  await expectAccessible(page);
  await picture(page, 'application-discard');
  await page.getByRole('dialog').getByRole('button', { name: '入力をやめて消す' }).click();
  await face.at('申請を取り下げました');
  await expectAccessible(page);
  await face.link('手続きの一覧へ').click();
  await face.at('手続き');
  await page.getByText('これまでの申請').click();
  await expect(page.getByText('取り下げ', { exact: true })).toBeVisible();
  await picture(page, 'applications-past');
});
