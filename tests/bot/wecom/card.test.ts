import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cardTree, hasButtons, taskIdOf, templateCard, updatedCard } from '../../../bot/wecom/card.ts'
import { card as limits } from '../../../bot/wecom/limits.ts'
import { writeTree } from '../../../bot/wecom/wire.ts'
import type { Card } from '../../../src/chat/card.ts'
import { pendingCard } from '../../contracts/platform-subject.ts'
import { tameCard, wildCard, wildText } from '../../contracts/wild-card.ts'
import { cardButtons, cardWords, judgeCard } from '../../fakes/wecom-card-rules.ts'

const notice: Card = {
  title: '【运输中】已到杭州萧山转运中心',
  tone: 'calm',
  facts: [{ label: '快递', value: '中通' }],
  buttons: [],
}

/** Every text of a card within the smaller figures of the AI bot's page too. */
function expectSmall(card: ReturnType<typeof templateCard>): void {
  const chars = (text: string | undefined) => Array.from(text ?? '').length
  expect(chars(card.source.desc)).toBeLessThanOrEqual(limits.sourceChars)
  expect(chars(card.main_title.title)).toBeLessThanOrEqual(26)
  expect(chars(card.main_title.desc)).toBeLessThanOrEqual(30)
  expect(chars(card.sub_title_text)).toBeLessThanOrEqual(112)
  for (const { value } of card.horizontal_content_list ?? []) expect(chars(value)).toBeLessThanOrEqual(26)
}

describe('cards to send', () => {
  test('buttons make it a button_interaction whose keys are the tokens', () => {
    const made = templateCard(pendingCard, 'card-1')
    expect(made).toMatchObject({ card_type: 'button_interaction', task_id: 'card-1' })
    expect(cardButtons(made)).toEqual([
      { label: '同意', key: 'a.1.yes' },
      { label: '驳回', key: 'a.1.no' },
    ])
  })

  test('none make it a text_notice, which must lead somewhere', () => {
    const made = templateCard(notice, 'card-1')
    expect(made).toMatchObject({
      card_type: 'text_notice',
      card_action: { type: 1, url: expect.stringMatching(/^https:/) },
    })
    expect(made.task_id).toBeUndefined()
    expect(judgeCard(made)).toBe(0)
  })

  test('any card is within every limit of the platform', () => {
    fc.assert(
      fc.property(wildCard, (card) => {
        const made = templateCard(card, taskIdOf('key'))
        expect(judgeCard(made)).toBe(0)
        expectSmall(made)
      }),
      { numRuns: 500 },
    )
  })

  test('a card within our own limits loses no word and no button', () => {
    fc.assert(
      fc.property(tameCard, (card) => {
        const made = templateCard(card, taskIdOf('key'))
        const words = cardWords(made)
        const said = [
          card.title,
          card.bar,
          ...(card.lines ?? []),
          card.note,
          ...card.facts.flatMap((f) => [f.label, f.value]),
        ]
        for (const text of said) expect(words).toContain(text ?? '')
        expect(cardButtons(made).map(({ key }) => key)).toEqual(card.buttons.map(({ token }) => token))
      }),
      { numRuns: 300 },
    )
  })

  test('facts beyond the six are told below rather than lost', () => {
    const facts = Array.from({ length: 8 }, (_, at) => ({ label: `第${at}`, value: `值${at}` }))
    expect(cardWords(templateCard({ ...notice, facts }, 'x'))).toContain('第7 值7')
  })

  test('words that the platform would look up are defused', () => {
    const made = templateCard({ ...notice, title: '$userName=lisi$ $DepartmentName=1$' }, 'x')
    expect(made.main_title.title).toBe('\uff04userName=lisi$ \uff04Departme…')
  })

  test('a task id is the same for the same key, and tells nothing', () => {
    fc.assert(
      fc.property(wildText, (key) => {
        expect(taskIdOf(key)).toBe(taskIdOf(key))
        expect(taskIdOf(key)).toMatch(/^[0-9A-Za-z_\-@]{1,128}$/)
      }),
    )
    expect(taskIdOf('a')).not.toBe(taskIdOf('b'))
  })
})

describe('cards that take another’s place', () => {
  test('any card is within every limit, with and without words for its button', () => {
    fc.assert(
      fc.property(wildCard, fc.option(wildText, { nil: undefined }), (card, toast) => {
        const made = updatedCard(card, toast)
        expect(judgeCard(made, true)).toBe(0)
        expect(made.task_id).toBeUndefined()
        expect(cardButtons(made).length > 0).toBe(hasButtons(card))
      }),
      { numRuns: 300 },
    )
  })

  test('without buttons one grey label stays', () => {
    const made = updatedCard(notice, '已同意')
    expect(made).toMatchObject({ card_type: 'button_interaction', replace_text: '已同意' })
    expect(cardButtons(made)).toEqual([])
    expect(updatedCard(notice).replace_text).toBe('已处理')
  })

  test('passive replies spell the same fields their own way', () => {
    const xml = writeTree(
      { TemplateCard: cardTree(updatedCard({ ...notice, note: '截至10:05', lines: ['①'] }, '已同意')) },
      'xml',
    )
    for (const part of [
      '<CardType><![CDATA[button_interaction]]></CardType>',
      '<Source><Desc><![CDATA[查单]]></Desc><DescColor>0</DescColor></Source>',
      '<MainTitle><Title><![CDATA[【运输中】已到杭州萧山转运中心]]></Title></MainTitle>',
      '<QuoteArea><Type>0</Type><QuoteText><![CDATA[①]]></QuoteText></QuoteArea>',
      '<SubTitleText><![CDATA[截至10:05]]></SubTitleText>',
      '<HorizontalContentList><KeyName><![CDATA[快递]]></KeyName><Value><![CDATA[中通]]></Value></HorizontalContentList>',
      '<ButtonList><Text><![CDATA[已同意]]></Text><Style>4</Style><Key><![CDATA[done]]></Key></ButtonList>',
      '<ReplaceText><![CDATA[已同意]]></ReplaceText>',
    ])
      expect(xml).toContain(part)
  })
})
