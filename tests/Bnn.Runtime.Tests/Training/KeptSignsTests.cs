using Bnn.Training;

namespace Bnn.Runtime.Tests.Training;

public sealed class KeptSignsTests
{
    // Maps of a word and a part of one, of a part, of less than a vector; 100 samples are three batches.
    [Theory]
    [InlineData("conv3x3-9 pool conv3x3-13 pool dense-20 dense-11 scores")]
    [InlineData("conv3x3-8-b1 conv1x1-5 conv3x3-3 sum-scores")]
    [InlineData("conv5x5-7-s2x1-p0-b1 pool2x2-s1 pool2x2-s1-p1 conv3x3-70 conv1x1-4 conv3x3-6-s3 conv1x1-3 scores")]
    [InlineData("conv3x3-20 conv3x3-24-g2 dense-9 scores")]
    [InlineData("dense-9 dense-8 dense-7 scores")]
    [InlineData("conv3x3-6 scores")]
    public void Statistics_are_those_without(string architecture)
    {
        LabeledImages images = SyntheticImages.Create(100, new(2, 9, 8), classes: 4, seed: 9);
        foreach (string encoding in (string[])["thermometer-3", "eight-bit"])
        {
            LatentNetwork network = new(images.Shape, InputEncodings.Choose(encoding, images), Architecture.Parse(architecture), 4, hasScale: true);
            network.Initialize(seed: 3);
            for (int l = 0; l < network.Norms.Length; l++)
            {
                for (int c = 0; c < network.Norms[l].Channels; c++)
                {
                    network.Norms[l].Shift.Values.Span[c] = (float)(0.5 * CounterRandom.Normal(4, 0, 0, (ulong)((100 * l) + c)));
                    network.Norms[l].Scale!.Values.Span[c] = c % 3 - 1;     // 0 too: all bits are those of the shift
                }
            }
            float[][] expected = Statistics(network, images, threads: 1, mostWords: 0);
            // Some convolutions fit into 4000 words and others do not.
            foreach (long words in (long[])[KeptSigns.MostWords, 4000, 1500])
            {
                Assert.Equal(expected, Statistics(network, images, threads: 1, words));
                Assert.Equal(expected, Statistics(network, images, threads: 3, words));
            }
        }
    }

    [Fact]
    public void Full_precision_keeps_nothing()
    {
        LabeledImages images = SyntheticImages.Create(100, new(1, 6, 6), classes: 3, seed: 2);
        LatentNetwork network = new(images.Shape, InputEncodings.Choose("eight-bit", images), Architecture.Parse("conv3x3-5 conv3x3-6 conv3x3-4 scores"), 3, hasScale: false);
        network.Initialize(seed: 3);
        network.Binarization.IsReal = true;
        Assert.Equal(Statistics(network, images, threads: 1, mostWords: 0), Statistics(network, images, threads: 1, KeptSigns.MostWords));
    }

    [Fact]
    public void A_layer_is_run_twice()
    {
        LabeledImages images = SyntheticImages.Create(20, new(1, 6, 6), classes: 3, seed: 2);
        LatentNetwork network = new(images.Shape, InputEncodings.Choose("threshold", images), Architecture.Parse("conv3x3-5 conv3x3-6 conv3x3-4 conv3x3-3 scores"), 3, hasScale: false);
        Assert.Equal((40, 80), (Reads(KeptSigns.MostWords), Reads(mostWords: 0)));

        int Reads(long mostWords)
        {
            using var pool = new WorkerPool(1);
            var source = new CountingSource(new PlainSource(images));
            new Evaluator(network.Clone(), pool, temperature: 1) { MostKeptWords = mostWords }.ReestimateStatistics(source);
            return source.Reads;
        }
    }

    private static float[][] Statistics(LatentNetwork network, LabeledImages images, int threads, long mostWords)
    {
        LatentNetwork copy = network.Clone();
        using var pool = new WorkerPool(threads);
        new Evaluator(copy, pool, temperature: 1) { MostKeptWords = mostWords }.ReestimateStatistics(new PlainSource(images));
        return [.. copy.Norms.SelectMany(norm => (float[][])[norm.Mean.Span[..norm.Channels].ToArray(), norm.Variance.Span[..norm.Channels].ToArray()])];
    }

    private sealed class CountingSource(ISampleSource source) : ISampleSource
    {
        public int Reads { get; private set; }

        public int Count => source.Count;

        public ReadOnlySpan<byte> Sample(int index, int worker)
        {
            Reads++;
            return source.Sample(index, worker);
        }
    }
}
