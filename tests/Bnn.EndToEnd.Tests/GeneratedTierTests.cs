namespace Bnn.EndToEnd.Tests;

/// <summary>Generated code of every lowering in processes that lack some of the processor's features.</summary>
public sealed class GeneratedTierTests(TierProgram program) : IClassFixture<TierProgram>
{
    [Theory]
    [InlineData("as it is", "DOTNET_EnableHWIntrinsic", "1")]
    [InlineData("with vectors of 128 bits", "DOTNET_PreferredVectorBitWidth", "128")]
    [InlineData("without AVX-512", "DOTNET_EnableAVX512", "0")]
    [InlineData("without AVX2", "DOTNET_EnableAVX2", "0")]
    [InlineData("without vectors", "DOTNET_EnableHWIntrinsic", "0")]
    public void Generated_code_gives_the_scores_of_the_reference_on_every_tier(string tier, string setting, string value) =>
        program.Check(tier, (setting, value));

    [Fact]
    public void The_program_calls_the_kernels_of_all_lowerings()
    {
        string[] kernels = ["ColumnLayer", "PermuteLayer", "PixelNetwork", "SampleNetwork", "CodePacking", "InputPacking"];
        Assert.Empty(kernels.Except(program.Kernels));
    }
}
