namespace Bnn.Training;

/// <summary>What the backward pass takes for the slope of the sign of a normalised sum y.</summary>
public enum Surrogate
{
    /// <summary>1 where |y| ≤ 1, else 0. Source: arXiv:1602.02830.</summary>
    Clip,

    /// <summary>2 − 2|y| where |y| ≤ 1, else 0. Source: arXiv:1808.00278.</summary>
    BiReal,

    /// <summary>That of sign(y) · |y|^(1/o), with an order o that rises from 1 to 3 over the run. Source: arXiv:2308.06689.</summary>
    Reste,
}
