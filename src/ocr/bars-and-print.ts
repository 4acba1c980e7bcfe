import { profilesOf } from './bar-profile.ts'
import type { BarRegion } from './bar-regions.ts'
import type { Vote } from './number-vote.ts'
import { weighOnBars } from './soft-code128.ts'
import type { Picture } from './types.ts'

/** Which of the numbers that print may say the bars bear out. firm: as good as read twice. */
export type BorneOut = { readonly vote: Vote; readonly region: BarRegion; readonly firm: boolean }

/** So many of the likeliest texts are held against the bars. */
const mostTexts = 24
/**
 * How far the best text must be ahead of the next, and how far behind what the bars would say freely it may be as a share of
 * that, or at all, in units of the noise. Over 100 bad photos: wrong texts never stayed below a share of 0.66 nor a strain of 150.
 */
const ahead = 60
const aheadFirmly = 100
const [shareFirmly, share] = [0.5, 0.6]
const [littleStrain, shareOfLittle] = [130, 1.2]
/** Where the right text is not among those asked about, a near one can be far ahead of all others: its strain tells (seen: 260, lead 603). */
const mostStrain = 250

/** The first look costs little: one stretch of the first regions. */
export type Look = { readonly quick: boolean; readonly late: () => boolean }
const quickRegions = 3

/**
 * Bars too blurred, burnt or creased to be read, and print too poor to be believed, still tell which of a few texts is meant:
 * a wrong digit changes two signs of the bars, its own and the check. Stretches of a code's height are asked one by one.
 */
export function borneOutByBars(
  page: Picture,
  regions: readonly BarRegion[],
  votes: readonly Vote[],
  look: Look,
): BorneOut | undefined {
  const texts = votes.slice(0, mostTexts).map(({ value }) => value)
  if (texts.length === 0) return undefined
  const found: (BorneOut & { readonly lead: number })[] = []
  for (const region of look.quick ? regions.slice(0, quickRegions) : regions) {
    for (const profile of profilesOf(page, region).slice(0, look.quick ? 1 : undefined)) {
      if (look.late()) return best(found)
      const [first, second] = weighOnBars(profile, texts)
      if (first === undefined) break
      const lead = second?.behind ?? 0
      const vote = votes.find(({ value }) => value === first.text) as Vote
      const little = first.strain <= littleStrain && first.strain <= shareOfLittle * lead
      if (lead < ahead || (first.strain > Math.min(share * lead, mostStrain) && !little)) continue
      const firm = lead >= aheadFirmly && first.strain <= Math.min(shareFirmly * lead, littleStrain)
      found.push({ vote, region, firm, lead })
      if (firm) break
    }
  }
  return best(found)
}

/** In heights of the number: how far its bars are away, how high they are at least, and how wide as a share of it. */
const [barsAway, barsHigh, barsWide] = [2.1, 1.8, 1.35]

/** Bars that were not found as such (dim, torn by white lines) are where they always are: over their number, or under it. */
export function barsBesidePrint({ at }: Vote): BarRegion[] {
  return [-1, 1].map((side) => ({
    ...at,
    cx: at.cx - Math.sin(at.angle) * side * barsAway * at.height,
    cy: at.cy + Math.cos(at.angle) * side * barsAway * at.height,
    width: at.width * barsWide,
    height: at.height * barsHigh,
    slope: 0,
  }))
}

/** The firmest; none where bars of several places bear out different numbers. */
function best(found: readonly (BorneOut & { readonly lead: number })[]): BorneOut | undefined {
  const [first, ...others] = [...found].sort((a, b) => Number(b.firm) - Number(a.firm) || b.lead - a.lead)
  const disputed = others.some(({ vote, firm }) => vote.value !== first?.vote.value && (firm || first?.firm === false))
  return disputed ? undefined : first
}
