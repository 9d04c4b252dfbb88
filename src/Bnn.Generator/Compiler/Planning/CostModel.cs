namespace Bnn.Generator.Compiler.Planning;

/// <summary>The numbers that the planner decides by; a word operation is the xor, popcount and add of one 64-bit word.</summary>
/// <remarks>
/// Measured on a core of a first-generation EPYC server, .NET 10, lowerings against one another on the same layers; see docs/compiler.md. Those of one sample
/// of a dense layer are in <see cref="DenseCosts"/>.
/// </remarks>
internal static class CostModel
{
    /// <summary>Up to here literals are faster than a table: 64 are, 128 are not, because the code leaves the cache of decoded instructions.</summary>
    public const int FasterUnrolled = 64;

    /// <summary>The same for a patch: each position calls the methods with the literals anew.</summary>
    public const int FasterUnrolledPatch = 16;

    /// <summary>Up to here code with literals is smaller than a loop and its table.</summary>
    public const int SmallerUnrolled = 16;

    /// <summary>Word operations that a layer may unroll to when that is asked for by name; the C# compiler takes 0.1 ms for each.</summary>
    public const int LayerBudget = 8_000;

    /// <summary>Most input words of an unrolled layer: each is a local, and the JIT tracks 1,024.</summary>
    public const int UnrolledInputWords = 512;

    /// <summary>Word operations that cost as much as one more call that packs a run of input values.</summary>
    public const int PackingCall = 30;

    /// <summary>Gaps are skipped only while there are at most so many runs of input values.</summary>
    public const int PackingCalls = 64;

    /// <summary>Runs of input values up to this length are packed by one line of code for each value, without a call.</summary>
    public const int ScalarRun = 4;

    /// <summary>An image keeps the padding of its reader as a border up to so many values, or while it at most doubles.</summary>
    public const int PaddedValues = 1 << 20;

    /// <summary>Most pieces of an image that patches are put together from in the code; each is a line, or part of one.</summary>
    public const int PatchParts = 96;

    /// <summary>Most weights of a row when groups of a convolution are merged.</summary>
    public const int MergedFanIn = 1 << 13;

    /// <summary>Word operations that gathering a run of up to 64 bits costs.</summary>
    public const double Run = 2.5;

    /// <summary>Word operations that each group of a convolution costs besides gathering and counting.</summary>
    public const double Group = 5;

    /// <summary>Word operations that a word with a mask costs.</summary>
    public const double MaskedWord = 1.4;

    /// <summary>Most values of a pooling window that is written out.</summary>
    public const int WrittenOutWindow = 16;

    /// <summary>Most channels of a pool that is written out, 64 to a line.</summary>
    public const int WrittenOutChannels = 1024;

    /// <summary>Most channels for which sums of bytes are looked up: their sums lie on the stack.</summary>
    public const int ByteSumChannels = 8192;

    /// <summary>Such channels are filled up to a multiple of this.</summary>
    public const int ByteSumPadding = 128;

    /// <summary>Most channels whose counts lie in lanes: sixteen vectors of short integers.</summary>
    public const int LaneChannels = 256;

    /// <summary>Most live weights of a channel whose counts are bytes, with room for a bound above every count.</summary>
    public const int ByteCounts = 254;

    /// <summary>Most live weights of a channel whose sums of 8-bit values are short integers: 128 · 255 is below 2^15.</summary>
    public const int ShortCounts = 128;

    /// <summary>Most items of a table whose rows are added in lanes: it must stay in the nearest caches.</summary>
    public const int LaneItems = 48 << 10;

    /// <summary>Instructions that a value under the kernel costs besides its vectors.</summary>
    public const double Tap = 3;

    /// <summary>Instructions of a word operation.</summary>
    public const double WordInstructions = 4;

    /// <summary>Words with bits that nobody reads are cleared one by one up to so many; above that the weights are masked.</summary>
    public const int ClearedWords = 64;

    /// <summary>Words of constants in one model: 2^20 literals are 24 MB of source, and take the C# compiler some seconds.</summary>
    public const long ConstantWords = 1 << 20;

    /// <summary>Cycles of a word operation with all that belongs to it, in tables and in literals.</summary>
    public const double Word = 1.25;

    /// <summary>What work on words costs on Zen 3, which stands for processors with 256 bits, against these numbers.</summary>
    public const double WordFactor256 = 0.76;

    /// <summary>Cycles of one sample alone besides its layers: calls, packing by one call, the highest score.</summary>
    public const double Sample = 100;

    /// <summary>Cycles that gathering a piece of a patch costs.</summary>
    public const double Piece = 4;

    /// <summary>Cycles that each position of a convolution costs besides.</summary>
    public const double Position = 10;

    /// <summary>Cycles of a window of a pool, for each value and 64 channels.</summary>
    public const double PoolValue = 3;

    /// <summary>Cycles to add a plane to the counts of 512 lanes, with ternary logic: Zen 4; 1.6 on Zen 5 (docs/decisions/0008-lanes.md).</summary>
    public const double Plane512 = 2;

    /// <summary>The same for 256 lanes on such a processor: less to compute, but each plane still has its index. Zen 4 takes 1.3 (like the next, of convolutions), Zen 5 0.85.</summary>
    public const double TernaryPlane256 = 1.1;

    /// <summary>The same for 128 lanes.</summary>
    public const double TernaryPlane128 = 1.4;

    /// <summary>Cycles to add a plane to the counts of 256 lanes: Zen 3; 3.7 on Zen 1, which does such an operation in two halves.</summary>
    public const double Plane256 = 2.1;

    /// <summary>The same for 128 lanes.</summary>
    public const double Plane128 = 2;

    /// <summary>The same for a word.</summary>
    public const double Plane64 = 3;

    /// <summary>Cycles to add a plane of one word to the counts of a channel that shares a register with three others: Zen 3 (docs/decisions/0008-lanes.md).</summary>
    public const double WordPlane256 = 1.02;

    /// <summary>The same with one other.</summary>
    public const double WordPlane128 = 1.3;

    /// <summary>The same with three others and ternary logic: Zen 5.</summary>
    public const double TernaryWordPlane = 0.72;

    /// <summary>Cycles of such a channel besides its planes.</summary>
    public const double WordChannel = 20;

    /// <summary>The same with 128 bits.</summary>
    public const double WordChannel128 = 35;

    /// <summary>Cycles to bring a plane of one word, and its complement, under a tap of a kernel, tap by tap.</summary>
    public const double WordTap128 = 3;

    /// <summary>The same four taps at a time: 1.1 to 1.4 on Zen 5, where loops over words take half of Zen 3's cycles.</summary>
    public const double WordTap256 = 2;

    /// <summary>The same eight at a time: 0.8 to 1.1 on Zen 5.</summary>
    public const double WordTap512 = 1.2;

    /// <summary>Part of the inputs that are 1, or 0 if those are fewer: one half of what training leaves balanced.</summary>
    public const double Active = 0.5;

    /// <summary>The same of an input of which the model file does not tell (<c>input-active</c>): images have fewer, Fashion-MNIST 19 % behind a high threshold and 36 % behind a low one.</summary>
    public const double ActiveInput = 0.35;

    /// <summary>Cycles of a position of a convolution by look-ups besides its patch and its steps (decision 9, Zen 5, like the next).</summary>
    public const double PermutePosition = 40;

    /// <summary>Cycles of a step of a position with 512 bits, besides its registers of channels; positions share the weights.</summary>
    public const double SharedStep512 = 0.05;

    /// <summary>Cycles of a look-up and an addition for 64 channels of a position: between Zen 4 (1.7) and Zen 5 (1.02).</summary>
    public const double SharedRegister512 = 1.35;

    /// <summary>Cycles of a step with narrower registers.</summary>
    public const double SharedStep = 0.5;

    /// <summary>Cycles of a look-up and an addition for 32 channels: Zen 3.</summary>
    public const double SharedRegister256 = 0.9;

    /// <summary>The same for 16 channels, where sharing saves a tenth.</summary>
    public const double SharedRegister128 = 0.85;

    /// <summary>Most channels beyond full registers that kernels with a channel in each lane count by words.</summary>
    public const int RestChannels = 4;

    /// <summary>Most channels beyond full registers that look-ups with 512 bits count by eights.</summary>
    public const int Eights = 40;

    /// <summary>Cycles of eight such channels besides their look-ups, each of which takes eight steps.</summary>
    public const double EightChannels = 5;

    /// <summary>Most words of the patches that are gathered before a kernel takes them: they lie on the stack.</summary>
    public const int PatchesWords = 4096;

    /// <summary>Most patches that are gathered before a kernel takes them.</summary>
    public const int PatchesTogether = 16;

    /// <summary>Cycles of a channel in lanes besides its planes: its start, the ends of its lists, and the comparison of some ten digits.</summary>
    public const double LaneChannel = 33;

    /// <summary>The same where the channel's list is short (<c>ShortTree</c>), on Zen 3, without a comparison.</summary>
    public const double ShortLaneChannel = 10;

    /// <summary>Cycles to compare such a channel's nine digits with the shared sum.</summary>
    public const double ShortLaneComparison = 14;

    /// <summary>Cycles of each of the eight bits of an eight-bit input, for a channel in lanes besides its planes.</summary>
    public const double LaneBit = 16;

    /// <summary>Cycles to make a sum of taps for a pair of registers of 512 bits: between Zen 5 (2.5) and what the stores of Zen 4 allow.</summary>
    public const double TapEntry512 = 3;

    /// <summary>The same with 256 bits.</summary>
    public const double TapEntry256 = 2.25;

    /// <summary>The same with 128 bits.</summary>
    public const double TapEntry128 = 2.5;

    /// <summary>Cycles of a channel to look such a sum up and add it: Zen 5 1.7, and 2.0 where the table does not fit the nearest cache.</summary>
    public const double TapLookUp512 = 1.9;

    /// <summary>The same with 256 bits.</summary>
    public const double TapLookUp256 = 1.4;

    /// <summary>The same with 128 bits.</summary>
    public const double TapLookUp128 = 1.3;

    /// <summary>Cycles of a channel besides.</summary>
    public const double TapChannel = 1;

    /// <summary>Cycles of a pair besides.</summary>
    public const double TapPair = 40;

    /// <summary>Cycles to lay a byte of an image behind its neighbours under a column of the kernel.</summary>
    public const double TapByte = 0.3;

    /// <summary>Cycles of a word of rows of which every other row and column is picked.</summary>
    public const double LanePickedWord = 6;

    /// <summary>Cycles to bring a plane under a tap of a kernel into place, with a pixel in each lane.</summary>
    public const double LaneTap = 7;

    /// <summary>The same in a kernel of three by three, a row of taps at a time: 0.9 to 1.6 on Zen 5 with 256 bits, 1.5 to 2.6 with 512.</summary>
    public const double LaneTapOfThree = 3;

    /// <summary>Cycles of a channel in a pool of two by two, besides its words.</summary>
    public const double LanePoolChannel = 8;

    /// <summary>Cycles of up to four words of rows in such a pool.</summary>
    public const double LanePoolWords = 17.5;

    /// <summary>Cycles of up to sixteen words of rows in such a pool with registers of 256 bits, nothing besides: 14 on Zen 5.</summary>
    public const double LanePoolBlock = 14;

    /// <summary>The same of a plane of up to four words, of which four go together.</summary>
    public const double LanePoolOfFour = 4;

    /// <summary>The same of a plane of a word, of which eight go together.</summary>
    public const double LanePoolOfEight = 2;

    /// <summary>Cycles of an output row in any other pool.</summary>
    public const double LanePoolRow = 50;

    /// <summary>Cycles to bring a row of pixels from a stream of bits into lanes, or back.</summary>
    public const double LaneRow = 4;

    /// <summary>To turn a block of 64 channels and 64 pixels, full or not, from pixel-major to channel-major or back: 1,220 to 1,600 on Zen 5.</summary>
    public const double TransposedBlock = 1300;

    /// <summary>Cycles to bring a plane under a tap of a kernel into place, with a sample in each lane.</summary>
    public const double SampleTap = 2;

    /// <summary>Cycles of a value of a pooling window, with a sample in each lane.</summary>
    public const double SamplePool = 2;

    /// <summary>Cycles to turn a byte of a sample into a bit of a plane.</summary>
    public const double SampleByte = 0.25;

    /// <summary>Cycles to bring a byte beside those of other samples: Zen 3, images and result beyond the second-level cache, which is what it waits for.</summary>
    public const double TransposedByte = 1.1;

    /// <summary>Cycles of <see cref="SampleByte"/> with registers of 512 bits, from batches of two networks on Zen 5, and the same on Zen 4.</summary>
    public const double SampleByte512 = 0.1;

    /// <summary>Cycles of an operation of a circuit with 256 lanes: Zen 3; 0.95 on Zen 1 (docs/decisions/0010-bit-circuits.md).</summary>
    public const double CircuitGate = 0.65;

    /// <summary>Most operations of a circuit that is not asked for by name: the JIT takes some 20 to 50 µs for each at the first call.</summary>
    public const int FasterCircuit = 3000;

    /// <summary>Most live weights of a layer that a circuit is tried for: above, it would not fit the usual budget.</summary>
    public const int CircuitWeights = 1 << 13;

    /// <summary>Most channels of such a layer: each is a statement besides its operations.</summary>
    public const int CircuitChannels = 256;

    /// <summary>Lanes are taken where they cost less than this part of the cycles otherwise: estimates are not exact.</summary>
    public const double Advantage = 0.9;

    /// <summary>Most planes between two layers of a batch: with 128 lanes they take 64 MB.</summary>
    public const int SamplePlanes = 1 << 22;

    /// <summary>Most values of a window of a batch in lanes: each position lists its pixels on the stack.</summary>
    public const int SampleWindow = 4096;

    /// <summary>Word operations that a model may unroll to, for a budget per layer.</summary>
    public static long ModelBudget(int layerBudget) => layerBudget * 5L / 2;
}
